import { expect, test } from '@jest/globals'
import { columns, int } from '@reprise/core/columns.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import { nowhere, type Positioned } from '@reprise/core/layout/column-name.ts'
import { countLayoutOf, eachSlot, type Slots } from '@reprise/core/layout/count-layout.ts'
import { type AnyProjection, type Increment, partialCount } from '@reprise/core/projection.ts'
import fc from 'fast-check'
import { createCountFold } from './fold-counts.ts'

type Amounts = { readonly plays?: number; readonly skips?: number }
const declared = {
  name: 'counts',
  version: 1,
  row: columns({ plays: int(), skips: int() }),
  store: partialCount({ partitionKey: 'song', clustering: 'day' }),
}
const projection = {
  ...declared,
  on: { Counted: ({ data }: { readonly data: readonly Increment<Amounts>[] }) => data },
} as unknown as AnyProjection
const fold = createCountFold(projection)
const none: Positioned<Slots> = { position: nowhere, value: [] }
const key = { song: 'song', day: 'all' }
const groupOf = (events: readonly RecordedEvent[]) => ({ id: '', key, partition: 0, events: [...events] })
const eventsOf = (all: readonly (readonly Increment<Amounts>[])[]) =>
  all.map((data, offset) => ({ type: 'Counted', data, offset, meta: {} }) as unknown as RecordedEvent)

// Enough slots that they are looked for in a table, and names that JSON or an object would change.
const slot = fc.oneof(fc.nat(40).map(String), fc.constantFrom('__proto__', '"\\', 'é\u2028', ''))
const increment = fc.record(
  { slot, add: fc.record({ plays: fc.nat(5), skips: fc.nat(5) }, { requiredKeys: [] }) },
  { requiredKeys: ['slot', 'add'] },
)

const expected = (all: readonly (readonly Increment<Amounts>[])[]) => {
  const sums = new Map<string, [plays: number, skips: number]>()
  for (const { slot: name, add } of all.flat()) {
    const [plays, skips] = sums.get(name) ?? [0, 0]
    sums.set(name, [plays + (add.plays ?? 0), skips + (add.skips ?? 0)])
  }
  return [...sums]
}

test('sums are those of all events, however they were cut, stored and loaded', () => {
  const { toStored, fromStored } = countLayoutOf(declared)
  const row = { owner: 'song', bucket: 'all', partition: 0 }
  fc.assert(
    fc.property(
      fc.array(fc.array(increment, { maxLength: 4 }), { maxLength: 80 }),
      fc.integer({ min: 1, max: 80 }),
      (all, size) => {
        const events = eventsOf(all)
        let state = none
        for (let at = 0; at < events.length; at += size) {
          const before = structuredClone(state)
          const next = fold(state, groupOf(events.slice(at, at + size)))
          expect(state).toEqual(before)
          state = fromStored(toStored(row, next))
          expect(state).toEqual(next)
        }
        expect([...eachSlot(state.value, 2)]).toEqual(expected(all))
      },
    ),
  )
})

test('an event that was counted is passed over', () => {
  const events = eventsOf([[{ slot: 'a', add: { plays: 1 } }]])
  const once = fold(none, groupOf(events))
  expect(fold(once, groupOf(events))).toBe(once)
})
