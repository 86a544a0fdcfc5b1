import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { answerLineOf, createDispatch, readLine } from '../commands/command-line.ts'
import { createSoleCommandLog } from '../testing/sole-command-log.ts'
import type { CommandLog } from '../write-path/command-log.ts'
import { type PlaylistCommand, playlistDecider, type PlaylistReport } from './playlist.decider.ts'
import { playlistRoutes } from './playlist.routes.ts'

const hidden = '0192f0aa-0000-7000-8000-000000000001'
const absent = '0192f0aa-0000-7000-8000-000000000002'
const shown = '0192f0aa-0000-7000-8000-000000000003'

let commands: CommandLog<PlaylistCommand, PlaylistReport>
let dispatch: ReturnType<typeof createDispatch>

type Line = { readonly method: string; readonly path: string; readonly [member: string]: unknown }

/** The answer to a command as a line. */
const told = async (actorId: string, line: Line): Promise<object> => {
  const read = readLine(Buffer.from(JSON.stringify(line)))
  return JSON.parse(answerLineOf(1, undefined, await dispatch(read, actorId))) as object
}

/** At version 2: Ann's private playlist, and her public one. */
beforeEach(async () => {
  commands = await createSoleCommandLog({
    topic: 'playlist-events',
    stream: playlistDecider,
    log: createInMemoryLog({ partitions: 1 }),
    codec: createInMemoryEventCodec(),
    rows: createInMemoryRowStore(),
  })
  dispatch = createDispatch(playlistRoutes({ commands, now: Date.now }))
  for (const [id, visibility] of [
    [hidden, 'private'],
    [shown, 'public'],
  ] as const) {
    await told('ann', { method: 'PUT', path: `/v1/playlists/${id}`, body: { name: 'n', visibility } })
    await told('ann', { method: 'PATCH', path: `/v1/playlists/${id}`, body: { name: 'm' } })
  }
})
afterEach(() => commands.close())

describe('what a stranger is told of a private playlist', () => {
  const edits = { edits: [{ add: [{ trackId: 't' }] }] }
  const everything: readonly (readonly [method: string, path: string, body?: object])[] = [
    ['DELETE', ''],
    ['PATCH', '', { name: 'x' }],
    ['POST', '/edits', edits],
    ['PUT', '/collaborators/eve'],
    ['DELETE', '/collaborators/eve'],
  ]
  test.each([undefined, '"0"', '"1"', '"2"', '"9"'])(
    'is what is told of one that does not exist, with If-Match %s',
    async (ifMatch) => {
      const keys = [uuidv4(), uuidv7(), uuidv7({ msecs: Date.now() - 90_000_000 })]
      for (const idempotencyKey of [...keys, uuidv7({ msecs: Date.now() + 3_600_000 })])
        for (const [method, path, body] of everything) {
          const ask = (id: string) =>
            told('eve', { method, path: `/v1/playlists/${id}${path}`, body, idempotencyKey, ifMatch })
          const answer = await ask(hidden)
          expect(answer).toEqual(await ask(absent))
          expect(answer).not.toHaveProperty('etag')
          expect(JSON.stringify(answer)).not.toContain('currentVersion')
        }
    },
  )

  test.each([undefined, '"1"'])(
    'under its id none is created, and no version is told, with If-Match %s',
    async (ifMatch) => {
      const body = { name: 'x' }
      const answer = await told('eve', { method: 'PUT', path: `/v1/playlists/${hidden}`, body, ifMatch })
      expect(answer).toMatchObject({ status: 409, problem: { code: 'already-exists' } })
      expect(answer).not.toHaveProperty('etag')
    },
  )
})

describe('who sees a playlist is told its version with a refusal', () => {
  test('its owner, where another one is current', async () =>
    expect(
      await told('ann', { method: 'DELETE', path: `/v1/playlists/${hidden}`, ifMatch: '"1"' }),
    ).toMatchObject({
      etag: '"2"',
      problem: { code: 'version-mismatch', currentVersion: 2 },
    }))

  test.each([undefined, '"1"'])('whoever may not do it, with If-Match %s', async (ifMatch) =>
    expect(await told('eve', { method: 'DELETE', path: `/v1/playlists/${shown}`, ifMatch })).toMatchObject({
      etag: '"2"',
      problem: { code: 'forbidden' },
    }),
  )
})
