import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { changeSchema } from '@reprise/adapters/testing/change-schema.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { storeNamesOf } from '@reprise/core/layout/store-names.ts'
import { type Client, clientOf } from './client.ts'
import { readTopic } from './log-reading.ts'
import { type PatchedSources, sourcesWith } from './planted-bugs/sources-with.ts'
import { type Platform, startPlatform } from './platform.ts'
import { startedFrom } from './started-from.ts'
import { accepts, type Receiver, startReceiver, type Told } from './webhook-receiver.ts'

const effectOf = (url: string, version: number): string => `
import { effectProjection, webhook } from '@reprise/core/effect-projection.ts'
import { quarantineKey } from '@reprise/core/projection.ts'

export const fanMail = effectProjection({
  name: 'fan-mail',
  version: ${version},
  from: 'library-events',
  on: { TrackLiked: ({ meta, data }) => ({ user: meta.streamId, likes: data.trackId }) },
  effect: webhook({ url: '${url}', timeoutMs: 30_000 }),
  onFailure: quarantineKey({ attempts: 3 }),
})
`

const users = ['ann', 'bob', 'cid', 'dan', 'eve']

describe('an effect tells a server outside', () => {
  let sources: PatchedSources
  let receiver: Receiver
  let platform: Platform
  let clients: readonly Client[]

  const declare = (version: number) =>
    writeFile(join(sources.folder, 'projectors/fan-mail.projection.ts'), effectOf(receiver.url, version))
  /** Every user likes a track. */
  const likeAll = async (trackId: string): Promise<void> => {
    const answers = await Promise.all(
      clients.map(({ command }) => command('PUT', `/v1/me/likes/${trackId}`, { body: {} })),
    )
    expect(answers.map(({ status }) => status)).toEqual(users.map(() => 204))
  }
  const until = async (isSo: () => boolean): Promise<void> => {
    for (const end = Date.now() + 60_000; !isSo(); await new Promise((go) => setTimeout(go, 20)))
      if (Date.now() > end) throw new Error(`told in a minute: ${JSON.stringify(receiver.told)}`)
  }
  const likedIn = (told: readonly Told[], trackId: string) =>
    told.filter(({ body }) => (body as { likes: string }).likes === trackId)
  const untilTold = (trackId: string) =>
    until(() => new Set(likedIn(receiver.told, trackId).map(({ key }) => key)).size === users.length)
  /** What a receiver has that discards repetitions by their key. */
  const once = (): readonly Told[] => [...new Map(receiver.told.map((told) => [told.key, told])).values()]
  /** The events that are to be told, with their ids. */
  const likes = async (): Promise<readonly Told[]> => {
    const events = (await readTopic(platform, 'library-events')).filter(
      ({ accepted, event }) => accepted && event.type === 'TrackLiked' && event.data.trackId !== 'before',
    )
    return events.map(({ key: user, eventId: key, event }) => ({
      key,
      body: { user, likes: (event.data as { readonly trackId: string }).trackId },
    }))
  }
  const ofUser = (told: readonly Told[], user: string) =>
    told.filter(({ body }) => (body as { user: string }).user === user)
  /** Each event is told, of each user in the order of the log, each repetition with the key of its event. */
  const expectAllTold = async () => {
    const wanted = await likes()
    for (const user of users) expect(ofUser(once(), user)).toEqual(ofUser(wanted, user))
    expect(once()).toHaveLength(wanted.length)
  }

  beforeAll(async () => {
    receiver = await startReceiver()
    sources = await sourcesWith([])
    platform = await startPlatform({
      changed: (parts) =>
        parts
          .filter(({ name }) => name === 'producers' || name === 'projectors')
          .map((part) => startedFrom(sources.folder, part)),
    })
    clients = await Promise.all(users.map((user) => clientOf(platform, user)))
    await likeAll('before')
    await declare(1)
    await platform.restart('projectors')
  }, 180_000)
  afterAll(async () => {
    await platform.stop()
    await receiver.goDown()
    await sources.remove()
  })

  test('each event once, as it comes, and nothing of what was before', async () => {
    await likeAll('one')
    await untilTold('one')
    await likeAll('two')
    await untilTold('two')
    await expectAllTold()
    expect(receiver.told).toHaveLength(2 * users.length)
  })

  test('again and again with the same key while it is down, answers 503 or breaks off', async () => {
    const before = receiver.told.length
    await receiver.goDown()
    await likeAll('while-nobody-listened')
    receiver.reply((response) => response.writeHead(503).end())
    await receiver.comeBack()
    await until(() => receiver.told.length >= before + 3 * users.length)
    receiver.reply((response) => response.destroy())
    await likeAll('while-it-broke-off')
    await until(() => receiver.told.length >= before + 6 * users.length)
    // It has taken all that it was told; whoever tells it can't know.
    receiver.reply(accepts)
    await untilTold('while-it-broke-off')
    await expectAllTold()
  }, 120_000)

  test('what was under way when the projector was killed comes again, with the same key', async () => {
    receiver.reply(() => undefined)
    await likeAll('under-way')
    await until(() => likedIn(receiver.told, 'under-way').length > 0)
    await platform.kill('projectors')
    const before = likedIn(receiver.told, 'under-way')
    receiver.reply(accepts)
    await platform.restart('projectors')
    // Perhaps all had been told of when it was killed: then there is no other sign that it has come so far again.
    await until(() => {
      const after = likedIn(receiver.told, 'under-way').slice(before.length)
      return before.every(({ key }) => after.some((told) => told.key === key))
    })
    await untilTold('under-way')
    await expectAllTold()
  }, 120_000)

  /** One more of each user comes behind all that a partition holds. */
  const expectOnlyNew = async (trackId: string) => {
    const before = receiver.told.length
    await likeAll(trackId)
    await untilTold(trackId)
    expect(likedIn(receiver.told.slice(before), trackId)).toHaveLength(receiver.told.length - before)
    await expectAllTold()
  }

  test('nothing again when it is read anew from the beginning, its checkpoints dropped', async () => {
    await platform.halt('projectors')
    const configuration = configurationOf(platform.environment)
    const { keyspace } = storeNamesOf(configuration.namespace)
    await changeSchema(configuration, `DROP TABLE ${keyspace}.fan_mail_v1_2_checkpoint`)
    await platform.start('projectors')
    await expectOnlyNew('after-a-rebuild')
  }, 120_000)

  test('nothing again by a new version', async () => {
    await declare(2)
    await platform.restart('projectors')
    await expectOnlyNew('by-a-new-version')
  }, 120_000)
})
