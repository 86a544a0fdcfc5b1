import { describe, expect, test } from '@jest/globals'
import type { Stated } from './kept-state.ts'
import { createStreamStates } from './stream-states.ts'

/** A stream whose state is the list of its events' offsets. */
type State = readonly number[]
const stream = {
  initialState: [] as State,
  evolve: (state: State, event: unknown) => [...state, event as number],
  withCreation: (state: State) => [...state, -1],
  snapshot: {
    version: 1,
    toJson: (state: State) => state,
    fromJson: (json: unknown) => json as State,
    // So much that they are kept as they are.
    bytesOf: () => 10_000,
  },
}
const fact = (offset: number, version: number) =>
  ({ offset, version, event: offset, bytes: 3_000, creation: {} }) as never

const statesWith = (
  stored: Record<string, Stated<State>>,
  options: { isStoreEmpty?: boolean; kept?: number } = {},
) =>
  createStreamStates<State, never, unknown>({
    stream: stream,
    load: async (streamId) => {
      await Promise.resolve()
      return stored[streamId]
    },
    isStoreEmpty: options.isStoreEmpty ?? false,
    keptBytesMax: 10_000 * (options.kept ?? 10),
  })

describe('the states of streams', () => {
  test('where nothing was ever stored, a stream that nobody saw has no events', () => {
    const states = statesWith({}, { isStoreEmpty: true })
    expect(states.find('s')).toEqual({ state: [], version: 0, offset: -1 })
    states.fold('s', fact(5, 1))
    // The first event's creation is kept with it.
    expect(states.find('s')).toEqual({ state: [5, -1], version: 1, offset: 5 })
  })

  test('events that are read before the state below them wait for it', async () => {
    const states = statesWith({ s: { state: [1], version: 1, offset: 1 } })
    states.fold('s', fact(4, 2))
    expect(states.find('s')).toBeUndefined()
    const loading = states.load('s')
    states.fold('s', fact(7, 3))
    expect(states.changedBytes).toBe(6_000)
    await loading
    expect(states.changedBytes).toBe(10_000)
    expect(states.find('s')).toEqual({ state: [1, 4, 7], version: 3, offset: 7 })
  })

  test('what is stored already changes nothing again', async () => {
    const states = statesWith({ s: { state: [1, 4], version: 2, offset: 4 } })
    states.fold('s', fact(4, 2))
    states.fold('s', fact(6, 3))
    await states.load('s')
    expect(states.find('s')).toEqual({ state: [1, 4, 6], version: 3, offset: 6 })
  })

  test('a change is kept until just that state was stored', () => {
    const states = statesWith({}, { isStoreEmpty: true })
    states.fold('s', fact(1, 1))
    const first = states.changed()
    states.fold('s', fact(2, 2))
    states.stored(first)
    expect([...states.changed().keys()]).toEqual(['s'])
    expect(states.changedBytes).toBe(10_000)
    states.stored(states.changed())
    expect(states.changed().size).toBe(0)
    expect(states.changedBytes).toBe(0)
    expect(states.find('s')?.version).toBe(2)
  })

  test('of the unchanged ones only those used last stay, and the others are loaded again', async () => {
    const stored: Record<string, Stated<State>> = {}
    const states = statesWith(stored, { isStoreEmpty: true, kept: 2 })
    for (const [at, id] of ['a', 'b', 'c'].entries()) {
      states.fold(id, fact(at, 1))
      stored[id] = states.find(id) as Stated<State>
    }
    states.stored(new Map(Object.entries(stored)))
    expect(['a', 'b', 'c'].map((id) => states.find(id) !== undefined)).toEqual([false, true, true])
    await states.load('a')
    expect(states.find('a')).toEqual({ state: [0, -1], version: 1, offset: 0 })
  })
})
