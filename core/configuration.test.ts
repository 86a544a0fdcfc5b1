import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { BadConfiguration, configurationOf, settings } from './configuration.ts'

const page = new URL('../docs/configuration.md', import.meta.url)

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
    ['REPRISE_KAFKA', 'http://kafka:9092', 'must be host:port'],
    ['REPRISE_KAFKA', 'kafka', 'must be host:port'],
    ['REPRISE_KAFKA', ' , ', 'must be host:port'],
    ['REPRISE_CORS_ORIGINS', 'https://app.example/', 'must be origins'],
    ['REPRISE_CORS_ORIGINS', 'app.example', 'must be origins'],
    ['REPRISE_COMMAND_PORT', ' ', 'must be a number'],
  ])('what would only be found out later is refused: %s="%s"', (variable, value, words) =>
    expect(() => configurationOf({ [variable]: value })).toThrow(`${variable}="${value}": ${words}`),
  )

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
