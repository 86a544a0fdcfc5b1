import { expect, test } from '@jest/globals'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import { playlistDecider, type PlaylistState } from '../playlists/playlist.decider.ts'
import { createHistory } from './history.ts'
import type { Cut } from './snapshot-store.ts'

test('what is read while it is stored, and stored again at once, is stored once and never dropped', async () => {
  const gates: PromiseWithResolvers<undefined>[] = []
  const stored: string[] = []
  const history = createHistory({
    partition: 0,
    stream: playlistDecider,
    codec: createInMemoryEventCodec(),
    store: {
      readMark: () => Promise.resolve(undefined),
      loadState: () => Promise.resolve(undefined),
      findAnswer: () => Promise.resolve(undefined),
      write: async (_partition: number, { answers }: Cut<PlaylistState>) => {
        const gate = Promise.withResolvers<undefined>()
        gates.push(gate)
        await gate.promise
        for (let nth = 0; nth < answers.count; nth++) stored.push(answers.at(nth).commandId)
      },
      onLost: () => undefined,
    },
    discard: () => Promise.resolve(),
    mark: undefined,
    keptWeightMax: 10,
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
