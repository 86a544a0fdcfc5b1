import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { v7 as uuidv7 } from 'uuid'
import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { createRegistryCodec } from '@reprise/adapters/registry/registry-codec.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { tokenOf } from '@reprise/core/position.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { partitionOf } from '@reprise/schemas/partition.ts'
import { type Client, clientOf } from '../client.ts'
import { crashEngine, type Platform } from '../platform.ts'
import { startFleet } from './projector-fleet.ts'

const partitions = 4
/** What the playlists are called: each is found by its own word. */
const words = [
  'amber',
  'birch',
  'cobalt',
  'dahlia',
  'ember',
  'falcon',
  'granite',
  'harbour',
  'indigo',
  'juniper',
]
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** What an answer may not be older than. */
type Written = {
  readonly id: string
  readonly word: string
  readonly version: number
  readonly token: string
}

/** A writer of some playlists: each write renames one and adds a track to it. */
const createWriter = async (platform: Platform) => {
  const { kafka: brokers, registry: url, namespace } = configurationOf(platform.environment)
  const log = await createKafkaLog({ brokers, namespace, logger: quiet })
  const codec = await createRegistryCodec({ url, namespace, logger: quiet })
  const appender = await log.createAppender('playlist-events')
  const previous = new Map<number, string>()
  const versions = new Map(words.map((): [string, number] => [randomUUID(), 0]))

  const recordOf = (id: string, type: string, data: object) => {
    const version = (versions.get(id) ?? 0) + 1
    versions.set(id, version)
    const partition = partitionOf(id, partitions)
    const eventId = uuidv7()
    const meta = {
      ...{
        eventId,
        commandId: eventId,
        bodyHash: 'hash',
        streamId: id,
        streamVersion: version,
        actorId: 'ann',
      },
      ...{ deviceId: null, lamport: null, occurredAt: Date.now() },
    }
    const headers = { ce_id: eventId, ce_type: type, previous: previous.get(partition) ?? '' }
    previous.set(partition, eventId)
    return { partition, key: id, value: codec.encode('playlist-events', type, { meta, ...data }), headers }
  }
  const unchanged = { description: null, visibility: null, collaborative: null }
  return {
    write: async (nth: number): Promise<Written> => {
      const id = [...versions.keys()][nth % words.length] ?? ''
      const word = words[nth % words.length] ?? ''
      const before = versions.get(id) ?? 0
      const name = `${word} ${before}`
      const records =
        before === 0
          ? [
              recordOf(id, 'PlaylistCreated', {
                name,
                description: '',
                visibility: 'public',
                collaborative: false,
              }),
            ]
          : [
              recordOf(id, 'PlaylistEdited', addedAt(before)),
              recordOf(id, 'PlaylistDetailsChanged', { changes: { ...unchanged, name } }),
            ]
      const version = versions.get(id) ?? 0
      const partition = partitionOf(id, partitions)
      const first = (await appender.append(records)).get(partition) ?? -1
      const token = tokenOf({ topic: 'playlist-events', partition, offset: first + records.length - 1 })
      return { id, word, version, token }
    },
    close: async () => {
      await appender.close()
      await log.close()
    },
  }
}

type Found = { readonly playlistId: string; readonly version: number }

/** Versions 1, 3, 5 and so on have 0, 1, 2 tracks. */
const addedAt = (version: number) => {
  const index = (version - 1) / 2
  const added = { index, itemId: `item ${version}`, trackId: `track ${version}` }
  return { steps: [{ added, removed: null, moved: null }], added: 1, removed: 0, alreadyGone: [] }
}

describe('a token is never answered with older state, whatever happens meanwhile', () => {
  let platform: Platform
  let client: Client
  let writer: Awaited<ReturnType<typeof createWriter>>
  beforeAll(async () => {
    platform = await startFleet()
    client = await clientOf(platform, 'ann')
    writer = await createWriter(platform)
  }, 120_000)
  afterAll(async () => {
    await writer.close()
    await platform.stop()
  })

  /** Asks each view with the token; says how many answered, and how many had to say that it isn't there yet. */
  const ask = async ({ id, word, version, token }: Written, maxWait: string) => {
    const headers = { 'reprise-min-position': token, 'reprise-max-wait': maxWait }
    const get = (path: string) => client.query('GET', path, { headers })
    const [details, tracks, search] = await Promise.all([
      get(`/v1/playlists/${id}`),
      get(`/v1/playlists/${id}/tracks?limit=1`),
      get(`/v1/search?type=playlist&q=${word}`),
    ])
    for (const answer of [details, tracks])
      if (answer.status === 200)
        expect(Number(/\d+/.exec(answer.headers.get('etag') ?? '')?.[0])).toBeGreaterThanOrEqual(
          answer === details ? version : Math.max(1, version - 1),
        )
    if (details.status === 200) expect(details.body.trackCount).toBeGreaterThanOrEqual((version - 1) / 2)
    if (search.status === 200)
      expect(search.body.items.find((item: Found) => item.playlistId === id).version).toBeGreaterThanOrEqual(
        version,
      )
    const answers = [details, tracks, search]
    for (const { status, body } of answers)
      if (status !== 200)
        expect([status, body.code]).toEqual([503, expect.stringMatching(/not-yet|not-ready|unavailable/)])
    return answers.filter(({ status }) => status === 200).length
  }

  const writeAndAskThrough = async (fault: () => Promise<unknown>) => {
    const isOver = new AbortController()
    const asked: Promise<void>[] = []
    let answered = 0
    let newest: Written | undefined
    const writing = (async () => {
      for (let nth = 0; !isOver.signal.aborted; nth++) {
        newest = await writer.write(nth)
        asked.push(ask(newest, '1s').then((count) => void (answered += count)))
        await pause(100)
      }
    })()
    await pause(1_500)
    for (const until = Date.now() + 60_000; answered <= 10 && Date.now() < until;) await pause(100)
    const answeredBefore = answered
    await fault()
    await pause(1_000)
    isOver.abort()
    await writing
    await Promise.all(asked)
    expect(answeredBefore).toBeGreaterThan(10)
    if (newest === undefined) throw new Error('nothing was written')
    let last = 0
    for (let attempt = 0; attempt < 4 && last < 3; attempt++) last = await ask(newest, '20s')
    expect(last).toBe(3)
  }

  test.each<[string, () => Promise<unknown>]>([
    [
      'projectors are killed',
      async () => {
        await platform.kill('projectors')
        await platform.restart('projectors')
      },
    ],
    [
      'a projector stands still for a while',
      async () => {
        const goOn = platform.pause('projectors-2')
        await pause(3_000)
        goOn()
      },
    ],
    ['Cassandra is killed and forgets its newest writes', () => crashEngine('cassandra')],
  ])('%s', (_name, fault) => writeAndAskThrough(fault), 300_000)
})
