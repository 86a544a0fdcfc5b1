import { expect, test } from '@jest/globals'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import { playlistDecider, type PlaylistState } from '../playlists/playlist.decider.ts'
import { createHistory } from './history.ts'
import type { Cut, Mark } from './snapshot-store.ts'
import { createStateMemory } from './state-memory.ts'

const mark = { offset: 7, lastAcceptedId: 'e6', recordedAt: 1, unreadable: [] }

/** A history over a store that has nothing, but for how it is written to. */
const historyOf = (options: {
  readonly mark: Mark | undefined
  readonly write: (partition: number, cut: Cut<PlaylistState>) => Promise<void>
}) =>
  createHistory({
    partition: 0,
    stream: playlistDecider,
    codec: createInMemoryEventCodec(),
    store: {
      readMark: () => Promise.resolve(undefined),
      loadState: () => Promise.resolve(undefined),
      findAnswer: () => Promise.resolve(undefined),
      write: options.write,
      onLost: () => undefined,
    },
    discard: () => Promise.resolve(),
    mark: options.mark,
    memory: createStateMemory<PlaylistState>(),
  })

test('a history that reads ids again from before its mark relies on all that the mark says is stored', () => {
  const recent = { offset: 2, recordedAt: 0 }
  const history = historyOf({ mark: { ...mark, recent }, write: () => Promise.resolve() })
  expect([history.nextOffset, history.storedBelow]).toEqual([2, 7])
})

test('what is read while it is stored, and stored again at once, is stored once and never dropped', async () => {
  const gates: PromiseWithResolvers<undefined>[] = []
  const stored: string[] = []
  const history = historyOf({
    mark: undefined,
    write: async (_partition, { answers }) => {
      const gate = Promise.withResolvers<undefined>()
      gates.push(gate)
      await gate.promise
      for (let nth = 0; nth < answers.count; nth++) stored.push(answers.at(nth).commandId)
    },
  })
  let offset = 0
  const read = (commandId: string) => {
    const record = { offset, eventId: `e${offset}`, previous: '', recordedAt: 1, key: 'p' }
    offset++
    const after = { state: playlistDecider.initialState, version: offset }
    const decided = { streamId: 'p', commandId, bodyHash: '', after, report: { itemIds: [] } }
    history.adopt(record as unknown as StoredRecord, decided as never)
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  const [first, second, third] = [1, 2, 3].map((nth) => `00000000-0000-5000-8000-00000000000${nth}`)
  read(first!)
  const storing = [history.storeAll(true), history.storeAll(true)]
  await settled()
  read(second!)
  read(third!)
  for (const nth of [0, 1]) {
    gates[nth]?.resolve(undefined)
    await storing[nth]
    await settled()
  }
  expect(stored).toEqual([first, second, third])
  expect(history.unstored.records).toBe(0)
})
