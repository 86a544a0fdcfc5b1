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

  test('docs/configuration.md says what the code says (REPRISE_WRITE_DOCS=1 writes it)', () => {
    if (process.env['REPRISE_WRITE_DOCS'] === '1') writeFileSync(page, reference())
    expect(readFileSync(page, 'utf8')).toBe(reference())
  })
})
