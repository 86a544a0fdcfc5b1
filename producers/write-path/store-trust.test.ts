import { describe, expect, test } from '@jest/globals'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { createPackedAnswers } from './packed-answers.ts'
import type { Cut, Mark, SnapshotStore } from './snapshot-store.ts'
import { createStoreTrust } from './store-trust.ts'

const mark: Mark = {
  offset: 7,
  lastAcceptedId: 'e7',
  recordedAt: 0,
  recent: { offset: 0, recordedAt: 0 },
  unreadable: [],
}
const cut: Cut<string> = {
  states: new Map(),
  answers: createPackedAnswers().cut(),
  mark,
  isUrgent: true,
}
const stateAt = (version: number) => ({ state: '', version, offset: version })
const storedAt = (version: number) => ({ bytes: 1, unpack: () => Promise.resolve(stateAt(version)) })

/** A store that says what the test makes it say. */
const storeOf = (calls: Partial<SnapshotStore<string, unknown>>): SnapshotStore<string, unknown> => ({
  readMark: () => Promise.resolve(undefined),
  loadState: () => Promise.resolve(undefined),
  findAnswer: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  onLost: () => undefined,
  ...calls,
})
const nothingFound = () => Promise.resolve()

describe('a store that was lost', () => {
  test('is not read before the marks were looked at', async () => {
    const trust = createStoreTrust()
    const check = Promise.withResolvers<undefined>()
    const reads: string[] = []
    const store = trust.guarded(
      storeOf({
        loadState: (streamId) => {
          reads.push(streamId)
          return Promise.resolve(storedAt(1))
        },
      }),
      () => false,
    )
    trust.lost(() => check.promise)
    const loaded = store.loadState('p')
    await new Promise((resolve) => setImmediate(resolve))
    expect(reads).toEqual([])
    check.resolve(undefined)
    expect(await (await loaded)?.unpack()).toEqual(stateAt(1))
  })

  test('is asked again for what was asked before the loss: a state, and the mark to begin at', async () => {
    const trust = createStoreTrust()
    let version = 0
    const lostOnce = <T>(answer: T) => {
      if (++version === 1) trust.lost(nothingFound)
      return Promise.resolve(answer)
    }
    const store = trust.guarded(storeOf({ loadState: () => lostOnce(storedAt(version)) }), () => false)
    expect(await (await store.loadState('p'))?.unpack()).toEqual(stateAt(1))
    version = 0
    expect(await trust.undisturbed(() => lostOnce(version))).toBe(1)
  })

  test('has not stored what it acknowledged after the loss was noticed', async () => {
    const trust = createStoreTrust()
    const write = () => {
      trust.lost(nothingFound)
      return Promise.resolve()
    }
    const store = trust.guarded(storeOf({ write }), () => false)
    await expect(store.write(0, cut)).rejects.toThrow(StoreUnavailable)
  })
})
