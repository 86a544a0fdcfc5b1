import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { SeededRandom } from '@reprise/cli/demo/seeded-random.ts'
import { commandIdOf, itemIdsOf } from '@reprise/core/identity.ts'
import type { Asked, Recorder, Told } from './history.ts'
import { send } from './send.ts'

/** What clients know of a playlist from the answers of all of them: enough to edit it sensibly. */
export type Known = { readonly id: string; version: number; items: readonly string[] }

/** A client on its way: who it is, whom it can ask, and what it may edit. */
export type RandomClient = {
  readonly process: string
  readonly userId: string
  readonly token: string
  readonly random: SeededRandom
  readonly origins: readonly string[]
  readonly playlists: readonly Known[]
  readonly recorder: Recorder
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Sends random commands to random processes, one after the other, until told to stop. */
export const runRandomClient = async (client: RandomClient, isOver: () => boolean): Promise<void> => {
  const { random, playlists } = client
  while (!isOver()) {
    await command(client, playlists[random.below(playlists.length)] as Known)
    await pause(random.below(40))
  }
}

const command = async (client: RandomClient, playlist: Known): Promise<void> => {
  const { userId, process, random, recorder } = client
  const key = randomUUID()
  const newItem = itemIdsOf(commandIdOf(userId, playlist.id, key))
  const asked = askedOf(random, playlist, newItem)
  const told = await recorder.record(process, playlist.id, asked, () =>
    untilTold(client, playlist.id, key, asked),
  )
  learn(playlist, asked, told)
}

const askedOf = (
  random: SeededRandom,
  { version, items }: Known,
  newItem: (nth: number) => string,
): Asked => {
  const kind = random.below(20)
  const some = items[random.below(items.length)] ?? 'never-there'
  const strict = random.next() < 0.15 ? { ifVersion: version } : {}
  if (version === 0) return { op: 'create' }
  // Nothing changes here, so the answer is a read of the newest version.
  if (kind < 5) return { op: 'remove', items: ['never-there'] }
  if (kind < 9) return { op: 'remove', items: [some], ...strict }
  if (kind < 12) return { op: 'move', items: [some], ...strict }
  if (kind < 14 && items.length > 0) return { op: 'add', items: [newItem(0)], after: some, ...strict }
  if (kind === 14) return { op: 'add', items: [newItem(0), newItem(1)], ...strict }
  return { op: 'add', items: [newItem(0)], ...strict }
}

const attemptsMax = 8

/**
 * Milliseconds. Who soon gives up asks again elsewhere; who waits for longer than a session and a fault is still there
 * when a process that has lost its partitions is heard again, and is told what that one believes.
 */
const patiences = [3_000, 3_000, 12_000] as const

/**
 * Retries with the same key at any process, as clients do; gives up after a while. Now and then a client asks again
 * though it was answered: what was accepted must be answered as before.
 */
const untilTold = async (client: RandomClient, id: string, key: string, asked: Asked): Promise<Told> => {
  const first = await answerTo(client, id, key, asked)
  const isForGood = first.kind === 'ok' && (asked.op === 'add' || asked.op === 'create')
  if (!isForGood || client.random.next() < 0.9) return first
  await pause(client.random.below(1_000))
  const again = await answerTo(client, id, key, asked)
  const isSame = again.kind === 'unknown' || isNothingDone(again) || isDeepStrictEqual(first, again)
  return isSame ? first : { kind: 'fail', answer: { code: 'another-answer' } }
}

const isNothingDone = (told: Told): boolean => told.kind === 'fail' && told.answer.code === 'nothing-done'

const answerTo = async (client: RandomClient, id: string, key: string, asked: Asked): Promise<Told> => {
  const { random, origins, token } = client
  let mayHaveHappened = false
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const origin = origins[random.below(origins.length)] ?? ''
    const patienceMs = patiences[random.below(patiences.length)] ?? 0
    const told = await send({ origin, token, id, key, asked, patienceMs })
    if (told === 'unknown') mayHaveHappened = true
    else if (told !== 'nothing was done') return told
    if (random.next() < 0.1) break
    await pause(50 + random.below(400))
  }
  return mayHaveHappened ? { kind: 'unknown' } : { kind: 'fail', answer: { code: 'nothing-done' } }
}

const learn = (playlist: Known, asked: Asked, told: Told): void => {
  if (told.kind === 'fail' && told.answer.code === 'already-exists') playlist.version = 1
  if (told.kind !== 'ok') return
  playlist.version = Math.max(playlist.version, told.answer.version)
  const named = asked.items ?? []
  if (asked.op === 'add') playlist.items = [...playlist.items, ...named].slice(-60)
  if (asked.op === 'remove') playlist.items = playlist.items.filter((item) => !named.includes(item))
}
