import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Type, types, type Schema } from 'avsc'
import { Kafka, logLevel, type Admin } from 'kafkajs'
import { Client, DatabaseError } from 'pg'
import { applyConnector } from './apply-connector.ts'
import { createConnectApi } from './connect-api.ts'
import { connectorConfigOf } from './connector-config.ts'
import { DatabaseAway, prepareDatabase, withClient } from './database.ts'
import { namesOf } from './names.ts'
import { readAnew } from './read-anew.ts'
import { settingsOf } from './settings.ts'
import { createSlotAccess } from './slot.ts'

/** A catalogue of this test's own, on the real PostgreSQL and Connect; nothing of it is left behind. */
const settings = settingsOf({ ...process.env, REPRISE_NAMESPACE: `connect_${randomUUID().slice(0, 8)}` })
const names = namesOf(settings)
const config = connectorConfigOf(settings)
const api = createConnectApi(settings.connect, names.connector)
const slots = createSlotAccess(names.database, names.slot)
const kafka = new Kafka({
  brokers: (process.env['REPRISE_KAFKA'] ?? '127.0.0.1:9092').split(','),
  logLevel: logLevel.NOTHING,
})
const patienceMs = 120_000
let client: Client

beforeAll(async () => {
  // Two processes that begin at once.
  const ran = await Promise.all([prepareDatabase(names.database), prepareDatabase(names.database)])
  expect(ran.flat()).toContain('0001-catalogue')
  client = new Client(names.database)
  await client.connect()
}, patienceMs)

afterAll(async () => {
  await api.remove()
  // A slot that is still read can't be dropped; its reader ends with the connector.
  await eventually(async () => (await api.status()) === undefined)
  await slots.drop()
  await slots.close()
  await client.end()
  const server = new URL(names.database)
  server.pathname = '/postgres'
  await withClient(server.href, (admin) =>
    admin.query(`DROP DATABASE "${new URL(names.database).pathname.slice(1)}" WITH (FORCE)`),
  )
  await deleteTopics()
}, patienceMs)

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  for (const until = Date.now() + patienceMs; !(await isSo());) {
    if (Date.now() > until) throw new Error('waited too long')
    await sleep(100)
  }
}

async function withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

async function deleteTopics(): Promise<void> {
  await withAdmin(async (admin) => {
    const there = await admin.listTopics()
    await admin.deleteTopics({
      topics: [names.changes, names.heartbeats].filter((topic) => there.includes(topic)),
    })
  })
}

/** Its slot is read only when the snapshot is over. */
async function isStreaming(): Promise<boolean> {
  return (await slots.read())?.active === true
}

type Change = { readonly key: string; readonly op: string }

/** The first changes in the topic, as soon as there are so many. */
async function readChanges(count: number): Promise<readonly Change[]> {
  await withAdmin((admin) => eventually(async () => (await admin.listTopics()).includes(names.changes)))
  const messages: { readonly key: string; readonly value: Buffer }[] = []
  const consumer = kafka.consumer({ groupId: `connect-${randomUUID()}` })
  await consumer.connect()
  try {
    await consumer.subscribe({ topic: names.changes, fromBeginning: true })
    await consumer.run({
      eachMessage: ({ message: { key, value } }) => {
        if (value !== null) messages.push({ key: key?.toString() ?? '', value })
        return Promise.resolve()
      },
    })
    await eventually(() => Promise.resolve(messages.length >= count))
  } finally {
    await consumer.disconnect()
  }
  return Promise.all(
    messages.map(async ({ key, value }) => ({ key, op: ((await decoded(value)) as { op: string }).op })),
  )
}

/** A zero byte, the schema's id in four bytes, the Avro bytes. */
async function decoded(value: Buffer): Promise<unknown> {
  expect(value[0]).toBe(0)
  const answer = await fetch(`${settings.registry}/schemas/ids/${value.readInt32BE(1)}`)
  const { schema } = (await answer.json()) as { readonly schema: string }
  return Type.forSchema(JSON.parse(schema) as Schema, { wrapUnions: false, registry: { long } }).fromBuffer(
    value.subarray(5),
  )
}

/** The source's times are nanoseconds, more than a number can hold. */
const long = types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: () => Buffer.alloc(8),
  fromJSON: (value: unknown) => value,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: () => 0,
})

describe('the tables', () => {
  test('are there once, however often they are migrated', async () => {
    expect(await prepareDatabase(names.database)).toEqual([])
  })

  const track = (columns: string, values: string) =>
    `INSERT INTO track (id, title, ${columns}) VALUES ('t', 'T', ${values})`
  test.each([
    ["INSERT INTO artist (id, name) VALUES ('a b', 'A')", 'artist_id_printable'],
    ["INSERT INTO artist (id, name) VALUES ('', 'A')", 'artist_id_printable'],
    ["INSERT INTO artist (id, name) VALUES ('a', repeat('x', 1001))", 'artist_name_length'],
    ["INSERT INTO artist (id, name, country) VALUES ('a', 'A', 'se')", 'artist_country_iso'],
    ["INSERT INTO artist (id, name, status) VALUES ('a', 'A', 'asleep')", 'artist_status_known'],
    ["INSERT INTO artist (id, name, born) VALUES ('a', 'A', 'infinity')", 'artist_born_year'],
    ["INSERT INTO artist (id, name, born) VALUES ('a', 'A', '19650-11-21')", 'artist_born_year'],
    ["INSERT INTO artist (id, name, born) VALUES ('a', 'A', '0001-12-31 BC')", 'artist_born_year'],
    ["INSERT INTO album (id, name, artist_id) VALUES ('l', 'L', 'nobody')", 'album_artist_fkey'],
    [track('kind', "'film'"), 'track_kind_known'],
    [track('album_id', "'nowhere'"), 'track_album_fkey'],
    [track('duration_ms', '0'), 'track_duration_positive'],
    [track('released', "'2019-05-01'"), 'track_release_whole'],
    [track('released, release_precision', "'2019-05-01', 'year'"), 'track_release_precise'],
    [track('released, release_precision', "'2019-05-02', 'month'"), 'track_release_precise'],
    [track('released, release_precision', "'2019-05-02', 'week'"), 'track_release_precise'],
    [track('released, release_precision', "'infinity', 'day'"), 'track_release_year'],
    [track('isrc', "'SE-123'"), 'track_isrc_form'],
    [track('genres', "'{pop,NULL}'"), 'track_genres_plain'],
    [track('genres', "'{{a,b},{c,d}}'"), 'track_genres_plain'],
    [track('genres', "array_fill(repeat('x', 100), ARRAY[21])"), 'track_genres_length'],
    ["INSERT INTO track_artist VALUES ('none', 0, 'nobody')", 'track_artist_track_fkey'],
    ["INSERT INTO track_artist VALUES ('none', -1, 'nobody')", 'track_artist_position'],
  ])('refuse %s', async (statement, constraint) => {
    const refusal = await client.query(statement).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(DatabaseError)
    expect((refusal as DatabaseError).constraint).toBe(constraint)
  })

  test('are not truncated, since nobody would learn of it', async () => {
    await expect(client.query('TRUNCATE artist CASCADE')).rejects.toThrow('names no rows')
  })

  test('keep the longest values in their rows: a value moved out would be missing from updates', async () => {
    const emoji = String.fromCodePoint(0x1f600)
    await client.query(
      `INSERT INTO track (id, title, genres) VALUES ('long', $1, array_fill(repeat('x', 40), ARRAY[50]))`,
      [emoji.repeat(1_000)],
    )
    const { rows } = await client.query(
      `SELECT sum(pg_relation_size(reltoastrelid)) AS bytes FROM pg_class WHERE relname LIKE 'track\\__' AND reltoastrelid <> 0`,
    )
    expect(Number((rows[0] as { readonly bytes: string | null }).bytes ?? 0)).toBe(0)
    await client.query(`DELETE FROM track WHERE id = 'long'`)
  })

  test('PostgreSQL being away is said with its address', async () => {
    await expect(prepareDatabase('postgres://reprise@127.0.0.1:1/reprise')).rejects.toThrow(DatabaseAway)
    await expect(prepareDatabase('postgres://reprise@127.0.0.1:1/reprise')).rejects.toThrow(
      '127.0.0.1:1/reprise',
    )
  })
})

describe('the connector', () => {
  test(
    'is created, left alone, and corrected where it drifted',
    async () => {
      expect(await applyConnector(api, config)).toMatchObject({ action: 'created' })
      expect(await applyConnector(api, config)).toMatchObject({ action: 'unchanged', drift: [] })
      await api.put({ ...config, 'poll.interval.ms': '777' })
      expect(await applyConnector(api, config)).toEqual({
        action: 'updated',
        drift: [{ key: 'poll.interval.ms', found: '777', wanted: '50' }],
        restarted: [],
      })
      await eventually(isStreaming)
    },
    patienceMs,
  )

  test(
    'a configuration that Connect refuses is refused with words',
    async () => {
      await expect(api.put({ ...config, 'snapshot.mode': 'sometimes' })).rejects.toThrow('snapshot.mode')
    },
    patienceMs,
  )

  test(
    'rows arrive in the order of their commits, in Confluent wire format',
    async () => {
      await client.query(`
        INSERT INTO artist (id, name, born) VALUES ('a1', 'Björk', '1965-11-21'), ('a2', 'Two', NULL);
        INSERT INTO album VALUES ('l1', 'Debut', 'a1');
        INSERT INTO track (id, title, album_id, released, release_precision, genres)
          VALUES ('t1', 'Human Behaviour', 'l1', '1993-01-01', 'year', '{pop,"r&b"}');
        INSERT INTO track_artist VALUES ('t1', 0, 'a1'), ('t1', 1, 'a2');`)
      await client.query(
        `UPDATE track_artist SET artist_id = CASE artist_id WHEN 'a1' THEN 'a2' ELSE 'a1' END`,
      )
      await client.query(`UPDATE artist SET name = 'BJÖRK' WHERE id = 'a1'`)
      await client.query(`DELETE FROM track WHERE id = 't1'`)
      const changes = await readChanges(12)
      expect(changes.map(({ key, op }) => `${op} ${key}`)).toEqual([
        'c {"id":"a1"}',
        'c {"id":"a2"}',
        'c {"id":"l1"}',
        'c {"id":"t1"}',
        'c {"track_id":"t1","position":0}',
        'c {"track_id":"t1","position":1}',
        'u {"track_id":"t1","position":0}',
        'u {"track_id":"t1","position":1}',
        'u {"id":"a1"}',
        'd {"id":"t1"}',
        'd {"track_id":"t1","position":0}',
        'd {"track_id":"t1","position":1}',
      ])
    },
    patienceMs,
  )

  test(
    'reads everything anew when it is told to',
    async () => {
      await readAnew(api, slots)
      await eventually(isStreaming)
      const rows = (await readChanges(15)).slice(12)
      expect(rows.map(({ key, op }) => `${op} ${key}`).sort()).toEqual([
        'r {"id":"a1"}',
        'r {"id":"a2"}',
        'r {"id":"l1"}',
      ])
    },
    patienceMs,
  )
})
