import { describe, expect, test } from '@jest/globals'
import { connectorConfigOf } from './connector-config.ts'
import { namesOf } from './names.ts'
import { BadSettings, settingsOf } from './settings.ts'

const configOf = (environment: Readonly<Record<string, string>> = {}) =>
  connectorConfigOf(settingsOf(environment))

describe('names', () => {
  test('without a namespace nothing has a prefix', () => {
    expect(namesOf(settingsOf({}))).toEqual({
      database: 'postgres://reprise@127.0.0.1:5432/reprise',
      connector: 'reprise-catalogue',
      slot: 'reprise_catalogue',
      publication: 'reprise_catalogue',
      changes: 'catalogue-changes',
      heartbeats: 'catalogue-heartbeats',
    })
  })

  test('a namespace has a database, connector, slot and topics of its own', () => {
    expect(namesOf(settingsOf({ REPRISE_NAMESPACE: 'e2e_ab12' }))).toEqual({
      database: 'postgres://reprise@127.0.0.1:5432/reprise_e2e_ab12',
      connector: 'reprise-catalogue-e2e_ab12',
      slot: 'reprise_catalogue_e2e_ab12',
      publication: 'reprise_catalogue',
      changes: 'e2e_ab12.catalogue-changes',
      heartbeats: 'e2e_ab12.catalogue-heartbeats',
    })
  })
})

describe('the configuration', () => {
  const config = configOf({
    REPRISE_NAMESPACE: 'e2e_ab12',
    REPRISE_POSTGRES: 'postgres://me:p%40ss@db.example:6432/music?sslmode=require',
    REPRISE_REGISTRY: 'http://registry.example:9000/apis/ccompat/v7',
  })

  /** What Connect's RegexRouter does: nothing unless all matches, then what the expression finds first. */
  const routed = (topic: string): string => {
    for (const name of ['changes', 'heartbeats']) {
      const regex = config[`transforms.${name}.regex`] ?? ''
      if (new RegExp(`^(?:${regex})$`).test(topic))
        return topic.replace(new RegExp(regex), config[`transforms.${name}.replacement`] ?? '')
    }
    return topic
  }

  test.each(['artist', 'album', 'track', 'track_artist'])('%s goes into the one topic', (table) => {
    expect(routed(`catalogue.public.${table}`)).toBe('e2e_ab12.catalogue-changes')
  })

  test.each(['catalogue.public.heartbeat', '__debezium-heartbeat.catalogue'])(
    '%s stays out of it',
    (topic) => {
      expect(routed(topic)).toBe('e2e_ab12.catalogue-heartbeats')
    },
  )

  test('names the database as its address does', () => {
    expect(config).toMatchObject({
      'database.hostname': 'db.example',
      'database.port': '6432',
      'database.user': 'me',
      'database.password': 'p@ss',
      'database.dbname': 'music_e2e_ab12',
      'database.sslmode': 'require',
    })
  })

  test("talks to the registry's own API", () => {
    expect(config['value.converter.apicurio.registry.url']).toBe(
      'http://registry.example:9000/apis/registry/v2',
    )
  })

  test('holds nothing but what depends on the namespace in two namespaces', () => {
    const other = configOf({ REPRISE_NAMESPACE: 'other' })
    const same = configOf({})
    const differing = Object.keys(same).filter((key) => same[key] !== other[key])
    expect(differing.sort()).toEqual([
      'custom.metric.tags',
      'database.dbname',
      'heartbeat.action.query',
      'name',
      'slot.name',
      'topic.creation.heartbeats.include',
      'transforms.changes.replacement',
      'transforms.heartbeats.replacement',
    ])
  })
})

test('all bad settings are named at once, and no password is shown', () => {
  const read = () =>
    settingsOf({
      REPRISE_POSTGRES: 'mysql://me:secret@host/db',
      REPRISE_NAMESPACE: 'Big',
      REPRISE_CONNECTOR_PORT: '70000',
    })
  expect(read).toThrow(BadSettings)
  expect(read).toThrow(/REPRISE_POSTGRES.*\n.*REPRISE_NAMESPACE.*\n.*REPRISE_CONNECTOR_PORT/)
  expect(read).not.toThrow(/secret/)
})
