import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { changeSchema } from '@reprise/adapters/testing/change-schema.ts'
import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { createRegistryCodec } from '@reprise/adapters/registry/registry-codec.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { storeNamesOf } from '@reprise/core/layout/store-names.ts'
import { positionOf, tokenOf, type Position } from '@reprise/core/position.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import type { EditStep } from '@reprise/schemas/generated/events.ts'
import { type Client, clientOf } from './client.ts'
import { readTopic } from './log-reading.ts'
import { operatorOf } from './operator.ts'
import { type Platform, startPlatform } from './platform.ts'

const topic = 'playlist-events'

const step = (changed: Partial<EditStep>): EditStep => ({
  added: null,
  removed: null,
  moved: null,
  ...changed,
})
const adding = (index: number, itemId: string) =>
  step({ added: { index, itemId, trackId: `track ${itemId}` } })
/** No list has so many items. */
const impossible = step({ removed: { index: 9_999, itemId: 'nobody', trackId: 'nothing' } })

/** Writes accepted events past the command API, as no decider would. */
const createForger = async (platform: Platform) => {
  const { kafka: brokers, registry: url, namespace } = configurationOf(platform.environment)
  const log = await createKafkaLog({ brokers, namespace, logger: quiet })
  const codec = await createRegistryCodec({ url, namespace, logger: quiet })
  const appender = await log.createAppender(topic)
  const accepted = (await readTopic(platform, topic)).filter((record) => record.accepted)
  const last = new Map(accepted.map(({ partition, eventId }) => [partition, eventId]))
  const metas = new Map(accepted.map(({ key, event }) => [key, event.meta]))
  let count = 0
  return {
    edit: async (id: string, { partition }: Position, steps: readonly EditStep[] | Buffer) => {
      const eventId = `forged-${++count}`
      const before = metas.get(id)
      if (before === undefined) throw new Error(`there is no playlist ${id}`)
      const meta = { ...before, eventId, streamVersion: (before.streamVersion ?? 0) + 1 }
      metas.set(id, meta)
      const data = { meta, steps, added: 0, removed: 0, alreadyGone: [] }
      const value = Buffer.isBuffer(steps) ? steps : codec.encode(topic, 'PlaylistEdited', data)
      const headers = { ce_id: eventId, ce_type: 'PlaylistEdited', previous: last.get(partition) ?? '' }
      const offset = (await appender.append([{ partition, key: id, value, headers }])).get(partition) ?? -1
      last.set(partition, eventId)
      return { topic, partition, offset } as const
    },
    close: async () => {
      await appender.close()
      await log.close()
    },
  }
}

describe('a bad event stops only its own group (law 10)', () => {
  const view = 'playlist-tracks'
  let platform: Platform
  let client: Client
  let forger: Awaited<ReturnType<typeof createForger>>
  let operate: ReturnType<typeof operatorOf>
  const lists = new Map<string, Position>()
  const poisoned: { readonly id: string; readonly bad: Position; readonly after: Position }[] = []

  const tracksOf = async (id: string, position: Position, wait = '20s') =>
    client.query('GET', `/v1/playlists/${id}/tracks?limit=100`, {
      headers: { 'reprise-min-position': tokenOf(position), 'reprise-max-wait': wait },
    })
  const idOf = ({ partition, offset }: Position) => `${view}/1/${partition}/${offset}`
  const expectStopped = async () => {
    for (const { id, after } of poisoned)
      expect(await tracksOf(id, after)).toMatchObject({ status: 503, body: { code: 'quarantined' } })
  }

  beforeAll(async () => {
    platform = await startPlatform()
    client = await clientOf(platform, 'ann')
    operate = operatorOf(platform, await platform.tokenOf('operator-1', { roles: ['operator'] }))
    for (let at = 0; at < 12; at++) {
      const made = await client.command('POST', '/v1/playlists', { body: { name: `list ${at}` } })
      const id = made.headers.get('location')?.split('/').at(-1) ?? ''
      lists.set(id, positionOf(made.headers.get('reprise-position') ?? ''))
    }
    await platform.halt('producers')
    forger = await createForger(platform)
  }, 180_000)
  afterAll(async () => {
    await forger.close()
    await platform.stop()
  })

  test('k poisoned keys are k quarantined keys, and all others go on', async () => {
    const ids = [...lists.keys()]
    for (const [at, id] of ids.entries()) {
      const place = lists.get(id) as Position
      const first = await forger.edit(id, place, [adding(0, 'before')])
      if (at % 4 !== 0) {
        lists.set(id, first)
        continue
      }
      const bad = await forger.edit(id, place, at === 0 ? Buffer.from('nonsense') : [impossible])
      poisoned.push({ id, bad, after: await forger.edit(id, place, [adding(1, 'after')]) })
    }
    await expectStopped()
    for (const [id, position] of lists) {
      if (poisoned.some((one) => one.id === id)) continue
      expect((await tracksOf(id, position)).body.items).toHaveLength(1)
    }
    const waiting = await operate(['list', '--projection', view])
    expect(waiting.map(({ id }: { id: string }) => id).sort()).toEqual(
      poisoned.map(({ bad }) => idOf(bad)).sort(),
    )
    expect(waiting.flatMap(({ groups }: { groups: string[] }) => groups).sort()).toEqual(
      poisoned.map(({ id }) => id).sort(),
    )
  }, 120_000)

  test('what stands before the bad event is read, and a killed projector changes none of it', async () => {
    await platform.kill('projectors')
    await platform.restart('projectors')
    const [one] = poisoned
    const { partition, offset } = one?.bad as Position
    const answer = await tracksOf(one?.id ?? '', { topic, partition, offset: offset - 1 })
    expect(answer.body.items.map(({ itemId }: { itemId: string }) => itemId)).toEqual(['before'])
    await expectStopped()
    expect(await operate(['list', '--projection', view])).toHaveLength(poisoned.length)
  }, 120_000)

  test('an operator sees the event and the rows, and a redrive in vain says so', async () => {
    const [unreadable, broken] = poisoned
    const shown = await operate(['show', idOf(broken?.bad as Position)])
    expect(shown).toMatchObject({ attempt: 1, state: 'waiting', event: { type: 'PlaylistEdited' } })
    expect(shown.stack).toContain('playlist-tracks.projection.ts')
    expect(JSON.stringify(shown.rows)).toContain('before')
    const bytes = await operate(['show', idOf(unreadable?.bad as Position)])
    expect(Buffer.from(bytes.value, 'base64').toString()).toBe('nonsense')
    const [redriven] = await operate(['redrive', idOf(broken?.bad as Position)])
    expect(redriven).toMatchObject({ outcome: 'failed', groups: [broken?.id] })
    expect(await operatorOf(platform, await platform.tokenOf('ann'))(['list']).catch(() => 'refused')).toBe(
      'refused',
    )
  }, 120_000)

  test('what is discarded is left out for ever: what waited is applied, and a rebuild is the same', async () => {
    // What can't be read stopped the other views of the playlist too.
    const ids = (await operate(['list'])).map(({ id }: { id: string }) => id)
    expect(ids.length).toBeGreaterThan(poisoned.length)
    const outcomes = await operate(['discard', ...ids, '--reason', 'forged'])
    expect(outcomes.map(({ outcome }: { outcome: string }) => outcome)).toEqual(ids.map(() => 'discarded'))
    const read = () =>
      Promise.all(
        poisoned.map(async ({ id, after }) => {
          for (const until = Date.now() + 60_000; ;) {
            const answer = await tracksOf(id, after)
            if (answer.status === 200)
              return answer.body.items.map(({ itemId }: { itemId: string }) => itemId)
            if (Date.now() > until) throw new Error(JSON.stringify(answer))
            await new Promise((go) => setTimeout(go, 100))
          }
        }),
      )
    expect(await read()).toEqual(poisoned.map(() => ['before', 'after']))
    expect(await operate(['list'])).toEqual([])
    await platform.kill('projectors')
    const configuration = configurationOf(platform.environment)
    await changeSchema(configuration, `DROP KEYSPACE ${storeNamesOf(configuration.namespace).keyspace}`)
    await platform.restart('projectors')
    expect(await read()).toEqual(poisoned.map(() => ['before', 'after']))
  }, 180_000)
})
