import { expect } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import type { Columns, RowOf } from '@reprise/core/columns.ts'
import type { EffectStorage } from '@reprise/core/effect-projection.ts'
import { type AnyProjection, type CountStorage, type PageStorage, stop } from '@reprise/core/projection.ts'
import { topics } from '@reprise/schemas/topics.ts'
import type { ExampleEvent } from './example-events.ts'
import { withCheckpointsIn } from './faults.ts'
import { createHistoryWriter } from './history-writer.ts'
import { runInMemory } from './in-memory-run.ts'
import { recordedAround } from './playback-history.ts'
import { sentAsRows } from './sent-as-rows.ts'
import { type DeclaredRow, storedRows } from './stored-rows.ts'
import { strictly } from './strictly.ts'

/** What a specification says of a projection's rows: typed where a row is what the declaration says. */
type Expected<P extends { readonly row: Columns; readonly store: AnyProjection['store'] }> =
  P['store'] extends PageStorage | CountStorage<string> | EffectStorage ? DeclaredRow : RowOf<P['row']>

/** Given what happened before, when this happens, then these are the rows. */
export type Specification<Row> = {
  readonly given: (before: readonly ExampleEvent[]) => {
    /** `times`: everything is delivered so often, as after a crash. The rows must not show it. */
    readonly when: (
      events: readonly ExampleEvent[],
      options?: { readonly times?: number },
    ) => {
      /** All rows of the view, in any order; one row; or none. Lists come with their items, counts slot by slot, effects as `{eventId, body}`. */
      readonly then: (expected: Row | readonly Row[] | null) => Promise<void>
    }
  }
}

/** Specifies a projection with the very engine that runs it, in memory. */
export const specificationOf = <P extends AnyProjection>(projection: P): Specification<Expected<P>> => ({
  given: (before) => ({
    when: (events, { times = 1 } = {}) => ({
      then: async (expected) => {
        const wanted = [expected ?? []].flat() as readonly DeclaredRow[]
        const found = await rowsAfter(projection, [...before, ...events], times)
        expect(inOrder(found)).toEqual(inOrder(wanted))
      },
    }),
  }),
})

const partitions = 3

const rowsAfter = async (declared: AnyProjection, events: readonly ExampleEvent[], times: number) => {
  // What a handler throws fails the test.
  const projection = { ...strictly(sentAsRows(declared)), onFailure: stop() }
  const odd = events.find(({ type }) => !topics[declared.from].records.some((record) => record === type))
  if (odd) throw new Error(`${declared.name} reads ${declared.from}, where ${odd.type} never happens`)
  const log = createInMemoryLog({ partitions, now: () => recordedAround })
  const { append } = createHistoryWriter(log, projection.from, partitions)
  for (const { meta, ...event } of events) append(meta.streamId, event, { meta })
  const stores = createInMemoryStores()
  // Whoever finds no checkpoint reads everything again.
  for (let time = 0; time < times; time++)
    await runInMemory(projection, { log, stores: withCheckpointsIn(stores, createInMemoryStores()) })
  return storedRows(projection, stores)
}

const inOrder = (rows: readonly DeclaredRow[]): readonly DeclaredRow[] =>
  rows.toSorted((a, b) => (textOf(a) < textOf(b) ? -1 : 1))

const textOf = (row: DeclaredRow): string =>
  JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))
