import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createKeeping, type Stated } from './kept-state.ts'
import { createStateMemory } from './state-memory.ts'
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
    // By default so much that they are kept as they are.
    bytesOf: () => 10_000,
  },
}
const fact = (offset: number, version: number) =>
  ({ offset, version, event: offset, bytes: 3_000, creation: {} }) as never

const { statedOf: statedIn } = createKeeping(stream.snapshot)

const statesWith = (
  stored: Record<string, Stated<State>>,
  options: {
    isStoreEmpty?: boolean
    kept?: number
    held?: number
    loaded?: string[]
    bytesOf?: number
  } = {},
) =>
  createStreamStates<State, never, unknown>({
    stream: { ...stream, snapshot: { ...stream.snapshot, bytesOf: () => options.bytesOf ?? 10_000 } },
    load: async (streamId) => {
      await Promise.resolve()
      const stated = stored[streamId]
      options.loaded?.push(streamId)
      return stated && { bytes: 10_000, unpack: () => Promise.resolve(stated) }
    },
    isStoreEmpty: options.isStoreEmpty ?? false,
    memory: createStateMemory<State>({
      keptBytes: 10_000 * (options.kept ?? 10),
      heldBytes: 10_000 * (options.held ?? 10),
    }),
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

  test('a change is kept until just that state was stored', async () => {
    const states = statesWith({}, { isStoreEmpty: true })
    states.fold('s', fact(1, 1))
    const first = states.cut()
    states.fold('s', fact(2, 2))
    expect([...first.states]).toEqual([['s', { state: [1, -1], version: 1, offset: 1 }]])
    await first.stored()
    expect([...states.cut().states].map(([id]) => id)).toEqual(['s'])
    expect(states.changedBytes).toBe(10_000)
    await states.cut().stored()
    expect([...states.cut().states]).toEqual([])
    expect(states.changedBytes).toBe(0)
    expect(states.find('s')?.version).toBe(2)
  })

  test('a cut says what was, whatever changes while it is stored, and nothing once there is a newer one', async () => {
    const random = fc.array(
      fc.record({ id: fc.nat(40), does: fc.constantFrom('fold', 'fold', 'cut', 'stored') }),
    )
    await fc.assert(
      fc.asyncProperty(random, async (steps) => {
        const stored: Record<string, Stated<State>> = {}
        const states = statesWith(stored, { bytesOf: 1, kept: 0.1 })
        const truth = new Map<string, Stated<State>>()
        const changedSince = new Set<string>()
        let [cut, asCut] = [states.cut(), new Map<string, Stated<State>>()]
        const begin = () => {
          const earlier = cut
          cut = states.cut()
          asCut = new Map([...truth].filter(([each]) => changedSince.has(each)))
          expect([...earlier.states]).toEqual([])
        }
        for (const [offset, { id, does }] of steps.entries()) {
          const streamId = `s${id}`
          if (does === 'fold') {
            const before = truth.get(streamId)
            const version = (before?.version ?? 0) + 1
            states.fold(streamId, fact(offset, version))
            await states.load(streamId)
            truth.set(streamId, { state: before ? [...before.state, offset] : [offset, -1], version, offset })
            changedSince.add(streamId)
          } else if (does === 'cut') begin()
          else {
            await cut.stored()
            Object.assign(stored, Object.fromEntries(asCut))
            for (const [each, was] of asCut) if (truth.get(each) === was) changedSince.delete(each)
            begin()
          }
          expect([...cut.states].map(([each, kept]) => [each, statedIn(kept)]).sort()).toEqual(
            [...asCut].sort(),
          )
        }
        for (const each of changedSince) expect(states.find(each)).toEqual(truth.get(each))
        expect(states.changedBytes > 0).toBe(changedSince.size > 0)
      }),
      { numRuns: 200 },
    )
  })

  test('of the unchanged ones only those used last stay, and the others are loaded again', async () => {
    const stored: Record<string, Stated<State>> = {}
    const states = statesWith(stored, { isStoreEmpty: true, kept: 2 })
    for (const [at, id] of ['a', 'b', 'c'].entries()) {
      states.fold(id, fact(at, 1))
      stored[id] = states.find(id) as Stated<State>
    }
    await states.cut().stored()
    expect(['a', 'b', 'c'].map((id) => states.find(id) !== undefined)).toEqual([false, true, true])
    await states.load('a')
    expect(states.find('a')).toEqual({ state: [0, -1], version: 1, offset: 0 })
  })

  test('a state that is larger than what is kept is there for as long as somebody waits for it', async () => {
    const loaded: string[] = []
    const states = statesWith({ s: { state: [1], version: 1, offset: 1 } }, { kept: 0.5, loaded })
    const answered = Promise.withResolvers<undefined>()
    await states.load('s', { until: answered.promise, isWanted: () => true })
    await states.load('s')
    expect(states.find('s')).toEqual({ state: [1], version: 1, offset: 1 })
    answered.resolve(undefined)
    await answered.promise
    expect(states.find('s')).toBeUndefined()
    expect(loaded).toEqual(['s', 's'])
  })

  test('what is folded while a state is held is there afterwards too', async () => {
    const stored = { s: { state: [1], version: 1, offset: 1 } }
    const states = statesWith(stored, { kept: 0.5 })
    const answered = Promise.withResolvers<undefined>()
    await states.load('s', { until: answered.promise, isWanted: () => true })
    states.fold('s', fact(4, 2))
    expect(states.find('s')?.version).toBe(2)
    Object.assign(stored, { s: states.find('s') })
    await states.cut().stored()
    expect(states.find('s')).toBeUndefined()
    await states.load('s', { until: answered.promise, isWanted: () => true })
    expect(states.find('s')?.version).toBe(2)
  })

  test('many large states that somebody waits for are read one after the other', async () => {
    const names = ['a', 'b', 'c', 'd']
    const stored = Object.fromEntries(names.map((name) => [name, { state: [1], version: 1, offset: 1 }]))
    const states = statesWith(stored, { kept: 0.5, held: 2 })
    const answered = names.map(() => Promise.withResolvers<undefined>())
    const loads = names.map((name, at) =>
      states.load(name, { until: answered[at]?.promise as Promise<undefined>, isWanted: () => name !== 'c' }),
    )
    const there = () => names.filter((name) => states.find(name) !== undefined)
    await Promise.all(loads.slice(0, 2))
    expect(there()).toEqual(['a', 'b'])
    answered[0]?.resolve(undefined)
    await expect(loads[2]).rejects.toThrow('nobody waits')
    await loads[3]
    expect(there()).toEqual(['b', 'd'])
  })
})
