import { describe, expect, test } from '@jest/globals'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import fc from 'fast-check'
import { playOf, recordedAround } from '../testing/playback-history.ts'
import { createRandom } from '../testing/random.ts'
import { decidePlays } from './decide-plays.ts'
import { createKnownVerdicts } from './known-verdicts.ts'
import type { PlayEvent } from './play-index-layout.ts'
import { createOpenPlays } from './open-plays.ts'
import { createPlayMemory, type PlayMemory, type Remembered } from './play-memory.ts'

const partitions = [0, 1]
/** A first table has 3,072 plays, the second twice as many: so little room that tables are dropped all the time. */
const bytesMax = 64 * 1024

const addMany = (memory: PlayMemory, partition: number, plays: number, from: number) => {
  for (let at = from; at < from + plays; at++)
    memory.add(partition, { identity: `${partition}-${at}`, recordedAt: at })
}
/** Another partition's plays take the room of the oldest table there is, and give it back. */
const pressedBy = (memory: PlayMemory, partition: number) => {
  memory.resume(partition, 1)
  addMany(memory, partition, 10_000, 1_000_000)
  memory.resume(partition, 1_000_000)
}

describe('older plays are put in front of what is known', () => {
  const create = (room = bytesMax) => {
    const memory = createPlayMemory(room)
    memory.resume(0, 5_000)
    const older = () => {
      const extension = memory.extend(0, 4_990)
      for (let at = 4_990; at < 5_000; at++) extension.add({ identity: `0-${at}`, recordedAt: at })
      return extension
    }
    return { memory, older }
  }

  test('and known from then on', () => {
    const { memory, older } = create()
    addMany(memory, 0, 4_000, 5_000)
    older().done()
    expect(memory.knowsSince(0)).toBe(4_990)
    expect([4_990, 5_005].map((at) => memory.mayHave(0, `0-${at}`))).toEqual([true, true])
    expect(memory.startOf(0)).toBe(4_990)
  })

  test.each(['before the drop', 'after it'])('but not over a table that was dropped: begun %s', (begun) => {
    const { memory, older } = create()
    const early = older()
    addMany(memory, 0, 4_000, 5_000)
    pressedBy(memory, 1)
    const since = memory.knowsSince(0)
    expect(since).toBeGreaterThan(5_005)
    const extension = begun === 'after it' ? older() : early
    extension.done()
    expect(memory.knowsSince(0)).toBe(since)
    expect(memory.startOf(0)).toBeUndefined()
  })

  test('and where there are none, nothing is known because of it', () => {
    const { memory } = create(60 * 1024)
    memory.extend(0, 4_990).done()
    addMany(memory, 0, 10_000, 5_000)
    expect(memory.knowsSince(0)).toBeGreaterThanOrEqual(5_000)
  })

  test('and of two that were begun at one place, only the first counts', () => {
    const { memory, older } = create()
    const [one, two] = [older(), older()]
    addMany(memory, 0, 10, 5_000)
    one.done()
    const bytes = memory.bytes()
    two.done()
    expect(memory.bytes()).toBe(bytes)
  })
})

type Step = { readonly kind: Kind; readonly partition: number; readonly size: number }
type Kind = 'read' | 'elsewhere' | 'back' | 'extend' | 'done'

const often = (weight: number, kind: Kind) => ({ weight, arbitrary: fc.constant(kind) })
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    often(8, 'read'),
    often(1, 'elsewhere'),
    often(1, 'back'),
    often(3, 'extend'),
    often(3, 'done'),
  ),
  partition: fc.constantFrom(...partitions),
  size: fc.integer({ min: 1, max: 8_000 }),
})

type Written = Remembered & { readonly endedAt: number }

const sampled = 151
const unwritten: Written = { identity: '', recordedAt: 0, endedAt: 0 }

/** What a partition's log has, which forgets nothing, and where this process reads on. */
const createModel = (memory: PlayMemory, seed: number) => {
  const random = createRandom(seed)
  const logs = partitions.map((): Written[] => [])
  const next = partitions.map(() => 0)
  const extensions: { readonly partition: number; readonly end: () => void }[] = []
  let now = recordedAround

  /** Whole days pass now and then; clocks differ by half a minute. */
  const record = (partition: number, count: number) => {
    if (random.chance(0.1)) now += 86_400_000
    for (let nth = 0; nth < count; nth++) {
      now += random.below(2_000)
      const recordedAt = now - random.below(30_000)
      const endedAt = recordedAt + 60_000 - random.below(random.chance(0.9) ? 600_000 : 86_400_000)
      logs[partition]?.push({ identity: `${partition}-${logs[partition].length}`, recordedAt, endedAt })
    }
  }
  const steps: Record<Kind, (partition: number, size: number) => void> = {
    /** The next plays, some of which may have been read before. */
    read: (partition, size) => {
      record(partition, size)
      const from = next[partition] ?? 0
      const to = from + size
      for (const play of logs[partition]?.slice(from, to) ?? []) memory.add(partition, play)
      memory.advance(partition, to)
      next[partition] = to
    },
    /** Another process has the partition for so many plays. */
    elsewhere: (partition, size) => {
      record(partition, size)
      next[partition] = logs[partition]?.length ?? 0
      memory.resume(partition, next[partition])
    },
    back: (partition, size) => {
      next[partition] = Math.max((next[partition] ?? 0) - size, 0)
      memory.resume(partition, next[partition])
    },
    extend: (partition, size) => {
      const start = memory.startOf(partition)
      if (start === undefined || start === 0) return
      const from = Math.max(start - Math.ceil(size / 8), 0)
      const extension = memory.extend(partition, from)
      const end = () => {
        for (const play of logs[partition]?.slice(from, start) ?? []) extension.add(play)
        extension.done()
      }
      extensions.push({ partition, end })
    },
    done: (_partition, size) => {
      const [extension] = extensions.splice(size % Math.max(extensions.length, 1), 1)
      extension?.end()
    },
  }
  /** Everything is stored, in one chunk. */
  const store = {
    read: (_table: unknown, { partition: { partition_ } }: { partition: { partition_: number } }) => {
      const all = (logs[partition_] ?? []).filter((_play, nth) => nth % sampled === 0)
      const plays = all.flatMap(({ identity }) => [identity, Number(identity.split('-')[1])])
      return Promise.resolve([{ plays: JSON.stringify(plays) }])
    },
  } as unknown as RowStore
  /** Copies of what stands below the place of reading, sent now. Tables are lost as a whole, so a sample shows it. */
  const copies = () =>
    partitions.map((partition) =>
      Array.from({ length: Math.floor((next[partition] ?? 0) / sampled) }, (_, nth) => {
        const { identity, endedAt } = logs[partition]?.[nth * sampled] ?? unwritten
        const data = playOf(identity, { startedAt: endedAt - 1_000, msPlayed: 1_000 })
        return { partition, offset: 1_000_000 + nth, recordedAt: now, data } as PlayEvent
      }),
    )
  for (const partition of partitions)
    if (random.chance(0.2)) memory.resume(partition, 0)
    else steps.elsewhere(partition, 2_000)
  return { steps, store, copies }
}

test('no play that was there is new, whatever was dropped, lost and read again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.array(step, { minLength: 6, maxLength: 30 }), async (seed, steps) => {
      const memory = createPlayMemory(bytesMax)
      const model = createModel(memory, seed)
      for (const { kind, partition, size } of steps) {
        model.steps[kind](partition, size)
        for (const plays of model.copies()) {
          const asked = { store: model.store, memory, known: createKnownVerdicts(), open: createOpenPlays() }
          const isFirst = await decidePlays(plays, asked)
          const firsts = plays.filter((_play, at) => isFirst[at])
          expect(firsts.map(({ data }) => data.identity)).toEqual([])
        }
      }
    }),
    { numRuns: 50 },
  )
})
