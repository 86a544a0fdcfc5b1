import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { BadConfiguration, configurationOf, settings } from './configuration.ts'

const page = new URL('../docs/configuration.md', import.meta.url)

/** What only the launcher and the command line read; a test beside the parts holds the list of ports to them. */
const launcher = `## The launcher and the command line

| variable | default | meaning |
|---|---|---|
| \`REPRISE_STATE\` | \`.reprise\` in the project | Where data, logs, keys and the record of what runs are: a folder of its own, which \`reset\` deletes |
| \`REPRISE_CACHE\` | \`~/.cache/reprise\` | Where the engines are kept once they are fetched; \`XDG_CACHE_HOME\` moves it too |
| \`REPRISE_JAVA_17\`, \`REPRISE_JAVA_21\` |  | The home of the Java 17, and of the Java 21 or newer, to use; found or fetched if not given |
| \`REPRISE_KAFKA_PORT\`, \`REPRISE_KAFKA_CONTROLLER_PORT\` | \`9092\`, \`9093\` | Ports of the local Kafka |
| \`REPRISE_REGISTRY_PORT\`, \`REPRISE_REGISTRY_MANAGEMENT_PORT\` | \`8081\`, \`8082\` | Ports of the local registry |
| \`REPRISE_CASSANDRA_PORT\`, \`REPRISE_CASSANDRA_STORAGE_PORT\` | \`9042\`, \`7000\` | Ports of the local Cassandra |
| \`REPRISE_OPENSEARCH_PORT\`, \`REPRISE_OPENSEARCH_TRANSPORT_PORT\` | \`9200\`, \`9300\` | Ports of the local OpenSearch |
| \`REPRISE_POSTGRES_PORT\` | \`5432\` | Port of the local PostgreSQL |
| \`REPRISE_CONNECT_PORT\` | \`8083\` | Port of the local Kafka Connect |
| \`REPRISE_DATA\` | \`../shared/data\` | Where the real data of \`demo\` and \`catalogue load\` are; \`none\` for generated ones |
| \`REPRISE_TOKEN\` |  | The operator's token for commands that need one; minted with the keys of this machine if not given |
| \`REPRISE_DEBUG\` |  | Set to anything, a command that fails shows where |
`

const reference = (): string =>
  [
    '# Configuration',
    '',
    'Environment variables of the services, from `core/configuration.ts`. Where the engines and services listen locally, and',
    'which of them are started at all, follows from the same variables: an address that is given is used as it is.',
    '',
    '| variable | default | meaning |',
    '|---|---|---|',
    ...Object.values(settings).map(
      ({ variable, byDefault, meaning }) =>
        `| \`${variable}\` | ${byDefault === '' ? '' : `\`${byDefault}\``} | ${meaning} |`,
    ),
    '',
    launcher,
  ].join('\n')

describe('the configuration', () => {
  test('defaults are complete and valid', () =>
    expect(configurationOf({})).toMatchObject({
      kafka: ['127.0.0.1:9092'],
      namespace: '',
      partitions: undefined,
      commandPort: 4000,
    }))

  test('an empty variable counts as not set', () =>
    expect(configurationOf({ REPRISE_COMMAND_PORT: '' }).commandPort).toBe(4000))

  test('everything that is wrong is named at once, with what it means', () => {
    const wrong = { REPRISE_COMMAND_PORT: 'many', REPRISE_REGISTRY: 'x', REPRISE_NAMESPACE: 'Robert"; DROP' }
    expect(() => configurationOf(wrong)).toThrow(BadConfiguration)
    for (const variable of Object.keys(wrong)) expect(() => configurationOf(wrong)).toThrow(variable)
  })

  test.each([
    ['REPRISE_OPENSEARCH', 'localhost:9200', 'must begin with http:// or https://'],
    ['REPRISE_REGISTRY', 'localhost:8081/apis/ccompat/v7', 'must begin with http:// or https://'],
    ['REPRISE_CONNECT', 'localhost:8083', 'must begin with http:// or https://'],
    ['REPRISE_OTLP', 'localhost:4318/v1/traces', 'must begin with http:// or https://'],
    ['REPRISE_POSTGRES', 'localhost:5432/reprise', 'must begin with postgres:// or postgresql://'],
    ['REPRISE_POSTGRES', 'mysql://ann:***@db/reprise', 'must begin with postgres:// or postgresql://'],
    ['REPRISE_KAFKA', 'http://kafka:9092', 'must be host:port'],
    ['REPRISE_KAFKA', 'kafka', 'must be host:port'],
    ['REPRISE_KAFKA', ' , ', 'must be host:port'],
    ['REPRISE_CORS_ORIGINS', 'https://app.example/', 'must be origins'],
    ['REPRISE_CORS_ORIGINS', 'app.example', 'must be origins'],
    ['REPRISE_COMMAND_PORT', ' ', 'must be a number'],
  ])('what would only be found out later is refused: %s="%s"', (variable, value, words) =>
    expect(() => configurationOf({ [variable]: value.replace('***', 'a secret') })).toThrow(
      `${variable}="${value}": ${words}`,
    ),
  )

  test('a slash at the end of an address goes, before paths are appended to it', () =>
    expect(configurationOf({ REPRISE_REGISTRY: 'http://one:8081/apis/ccompat/v7/' }).registry).toBe(
      'http://one:8081/apis/ccompat/v7',
    ))

  test('spaces around the commas of a list say nothing', () =>
    expect(
      configurationOf({
        REPRISE_KAFKA: 'one:9092, [::1]:9092',
        REPRISE_CORS_ORIGINS: 'https://a.example , http://localhost:3000,*',
      }),
    ).toMatchObject({
      kafka: ['one:9092', '[::1]:9092'],
      corsOrigins: ['https://a.example', 'http://localhost:3000', '*'],
    }))

  test('docs/configuration.md says what the code says (REPRISE_WRITE_DOCS=1 writes it)', () => {
    if (process.env['REPRISE_WRITE_DOCS'] === '1') writeFileSync(page, reference())
    expect(readFileSync(page, 'utf8')).toBe(reference())
  })
})
