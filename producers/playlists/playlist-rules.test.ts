import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { v7 as uuidv7 } from 'uuid'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog, type InMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import type { EventTypes } from '@reprise/schemas/generated/events.ts'
import type { Outcome } from '../write-path/command.ts'
import { createSoleCommandLog } from '../testing/sole-command-log.ts'
import type { CommandLog } from '../write-path/command-log.ts'
import { itemsOf, noItems } from './item-list.ts'
import { type PlaylistCommand, playlistDecider, type PlaylistReport } from './playlist.decider.ts'
import type { Edit } from './playlist-edits.ts'
import { applySteps } from './playlist-steps.ts'

const codec = createInMemoryEventCodec()
const track = { trackId: 't' }

let log: InMemoryLog
let commands: CommandLog<PlaylistCommand, PlaylistReport>

const submit = (body: PlaylistCommand, expectedVersion?: number): Promise<Outcome<PlaylistReport>> => {
  const commandId = uuidv7()
  const rest = {
    deviceId: null,
    occurredAt: 0,
    keyRefusal: undefined,
    keyTime: undefined,
    traceparent: undefined,
  }
  const who = { streamId: 'p', actorId: 'ann', commandId, bodyHash: commandId }
  return commands.submit({ ...rest, ...who, body, expectedVersion })
}

/** A list of items named by letters, at version 2. */
beforeEach(async () => {
  log = createInMemoryLog({ partitions: 1 })
  commands = await createSoleCommandLog({
    topic: 'playlist-events',
    stream: playlistDecider,
    log,
    codec,
    rows: createInMemoryRowStore(),
  })
  const details = { name: 'n', description: '', visibility: 'public', collaborative: false } as const
  await submit({ do: 'create', details })
  await submit({ do: 'edit', edits: [{ add: [...'abcde'].map((itemId) => ({ ...track, itemId })) }] })
})
afterEach(() => commands.close())

/** What the log says of the list now, new items shown as `+`. */
const listed = (): string => {
  const events = log.recordsOf('playlist-events', 0).map(({ value }) => codec.decode(value))
  const edits = events.filter(({ type }) => type === 'PlaylistEdited')
  const list = edits.reduce(
    (all, { value }) => applySteps(all, (value as EventTypes['PlaylistEdited']).steps),
    noItems,
  )
  return itemsOf(list)
    .map(({ itemId }) => (itemId.length === 1 ? itemId : '+'))
    .join('')
}

type Expected = {
  readonly list?: string
  readonly refused?: string
  readonly alreadyGone?: readonly string[]
}

const expectEdit = async (edits: readonly Edit[], expected: Expected, expectedVersion?: number) => {
  const outcome = await submit({ do: 'edit', edits }, expectedVersion)
  const seen = outcome.kind === 'refused' ? { refused: outcome.refusal.refused } : {}
  const report = outcome.kind === 'accepted' && 'items' in outcome.report ? outcome.report : undefined
  const { list = 'abcde', alreadyGone, ...refusal } = expected
  expect({ ...seen, list: listed() }).toEqual({ ...refusal, list })
  if (alreadyGone) expect(report?.alreadyGone).toEqual(alreadyGone)
  return outcome
}

/** One example or more of each rule, by the words of the table. */
const rules: Readonly<Record<string, () => Promise<unknown>>> = {
  'the start or the end': async () => {
    await expectEdit([{ add: [track] }], { list: 'abcde+' })
    await expectEdit([{ add: [track], after: null }], { list: '+abcde+' })
    await expectEdit([{ move: ['c'], before: null }], { list: '+abde+c' })
  },
  'an anchor that is there': async () => {
    await expectEdit([{ move: ['b'], before: null }], { list: 'acdeb' })
    await expectEdit([{ add: [track, track], after: 'b' }], { list: 'acdeb++' })
    await expectEdit([{ move: ['e', 'a'], before: 'd' }], { list: 'ceadb++' })
  },
  'an anchor that is gone': async () => {
    await expectEdit([{ remove: ['c'] }], { list: 'abde' })
    await expectEdit([{ add: [track], after: 'c' }], { refused: 'already-gone', list: 'abde' })
    await expectEdit([{ move: ['a'], before: 'c' }], { refused: 'already-gone', list: 'abde' })
  },
  'items to remove, some of them gone': () =>
    expectEdit([{ remove: ['x', 'b', 'y', 'd'] }], { list: 'ace', alreadyGone: ['x', 'y'] }),
  'items to remove, all of them gone': async () =>
    expect(await expectEdit([{ remove: ['x', 'y'] }], {})).toMatchObject({ kind: 'unchanged', version: 2 }),
  'items to move, some of them gone': () =>
    expectEdit([{ move: ['x', 'd'], after: null }], { list: 'dabce', alreadyGone: ['x'] }),
  'items to move, all of them gone': () => expectEdit([{ move: ['x'], at: 0 }], { refused: 'already-gone' }),
  'items to move, the anchor among them': () =>
    expectEdit([{ move: ['d', 'b'], after: 'b' }], { list: 'adbce' }),
  'an item more than once': () =>
    expectEdit([{ move: ['d', 'a', 'd'], after: null }, { remove: ['b', 'b'] }], {
      list: 'dace',
      alreadyGone: [],
    }),
  'an index': async () => {
    await expectEdit([{ removeAt: [0] }], { list: 'bcde' })
    await expectEdit([{ removeAt: [0] }, { add: [track], at: 1 }], { list: 'c+de' })
    await expectEdit([{ moveRange: { start: 0, length: 2, to: 4 } }], { list: 'dec+' }, 4)
  },
  'an index past the end': async () => {
    await expectEdit([{ add: [track], at: 6 }], { refused: 'rule-broken' })
    await expectEdit([{ removeAt: [5] }], { refused: 'rule-broken' })
    await expectEdit([{ moveRange: { start: 4, length: 2, to: 0 } }], { refused: 'rule-broken' })
    await expectEdit([{ move: ['a'], at: 6 }], { refused: 'rule-broken' })
  },
  'an `itemId` to add that is in the playlist': () =>
    expectEdit([{ add: [{ ...track, itemId: 'b' }] }], { refused: 'rule-broken' }),
  'an `itemId` to add that was removed before': async () => {
    await expectEdit([{ remove: ['b'] }], { list: 'acde' })
    await expectEdit([{ add: [{ ...track, itemId: 'b' }] }], { list: 'acdeb' })
  },
  'more than 10,000 items in the end': async () => {
    const many = { add: Array.from({ length: 9_996 }, () => track) }
    await expectEdit([many], { refused: 'too-large' })
    await expectEdit([many, { remove: ['a'] }], { list: `bcde${'+'.repeat(9_996)}` })
  },
  'so much that the event would exceed 512 KB': () =>
    expectEdit([{ add: Array.from({ length: 9_000 }, () => ({ trackId: 't'.repeat(64) })) }], {
      refused: 'too-large',
    }),
  'a version in `If-Match` that is not the current one': async () => {
    await expectEdit([{ add: [track] }], { refused: 'version-mismatch' }, 1)
    await expectEdit([{ add: [track] }], { refused: 'version-mismatch' }, 3)
    await expectEdit([{ add: [track] }], { list: 'abcde+' }, 2)
  },
  'several edits, one of them refused': () =>
    expectEdit([{ add: [track] }, { remove: ['a'] }, { move: ['x'], at: 0 }], { refused: 'already-gone' }),
}

describe('what merges and what is refused', () => {
  test.each(Object.entries(rules))('%s', (_rule, holds) => holds())

  test('the table of the documentation has exactly these rules', () => {
    const page = readFileSync(new URL('../../docs/playlist-edits.md', import.meta.url), 'utf8')
    const [, table = ''] = page.split('| the edit names | outcome |\n|---|---|\n')
    const rows = table.slice(0, table.indexOf('\n\n')).split('\n')
    expect(rows.map((row) => row.split(' | ')[0]?.slice(2))).toEqual(Object.keys(rules))
  })
})
