import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { columns, int, text } from '@reprise/core/columns.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import {
  cassandraTable,
  openSearchIndex,
  partialCount,
  projection,
  quarantineKey,
} from '@reprise/core/projection.ts'
import { plainOf } from '@reprise/schemas/personal.ts'
import type { AnyDeclaration } from '../engine/run-projection.ts'
import { withoutGroups } from './faults.ts'
import { createHistoryWriter } from './history-writer.ts'
import { contentsOf, runInMemory, until, type InMemoryRun } from './in-memory-run.ts'
import type { createOperator } from './operator.ts'
import { createdPlaylist } from './playlist-history.ts'
import type { Random } from './random.ts'

const partitions = 2

/** The event that no handler could apply, until the projection is corrected. */
export type Poison = { isCured: boolean }

/** Whether it is poison. */
export const fails = ({ type, data }: RecordedEvent) =>
  type === 'PlaylistCreated' && 'name' in data && plainOf(data.name, '').startsWith('poison')

const row = columns({ playlistId: text(), names: text(), events: int() })
type Row = { readonly playlistId: string; readonly names: string; readonly events: number }
const fold = (poison: Poison) => (before: Row | null, event: RecordedEvent<'PlaylistCreated'>) => {
  if (!poison.isCured && fails(event)) throw new TypeError('no antidote')
  const { meta, data } = event
  const names = `${before?.names ?? ''} ${plainOf(data.name, '')}`
  return { playlistId: meta.streamId, names, events: (before?.events ?? 0) + 1 }
}
const common = {
  version: 1,
  from: 'playlist-events',
  row,
  onFailure: quarantineKey({ attempts: 3 }),
} as const
const keyOf = ({ meta }: RecordedEvent) => ({ playlistId: meta.streamId })

/** Names and number of events by playlist, in rows. */
export const inRows = (poison: Poison) =>
  projection({
    ...common,
    name: 'in-rows',
    store: cassandraTable({ partitionKey: ['playlistId'] }),
    key: keyOf,
    on: { PlaylistCreated: fold(poison) },
  })

/** The same in documents. */
export const inDocuments = (poison: Poison) =>
  projection({
    ...common,
    name: 'in-documents',
    store: openSearchIndex({
      id: 'playlistId',
      mappings: { playlistId: { type: 'keyword' }, names: { type: 'text' }, events: { type: 'integer' } },
    }),
    key: keyOf,
    on: { PlaylistCreated: fold(poison) },
  })

/** Counts whose key is made from what is in the event. */
export const inCounts = (poison: Poison) =>
  projection({
    ...common,
    name: 'in-counts',
    row: columns({ count: int() }),
    store: partialCount({ partitionKey: 'first', clustering: 'all' }),
    key: (event) => ({
      first: 'name' in event.data ? plainOf(event.data.name, '').slice(0, 1) : '',
      all: 'all',
    }),
    on: {
      PlaylistCreated: (event) => {
        if (!poison.isCured && fails(event)) throw new TypeError('no antidote')
        return [{ slot: 'all', add: { count: 1 } }]
      },
    },
  })

/** A log with its writer, and stores. */
export const create = () => {
  const log = createInMemoryLog({ partitions })
  return {
    log,
    writer: createHistoryWriter(log, 'playlist-events', partitions),
    stores: createInMemoryStores(),
  }
}
type Writer = ReturnType<typeof create>['writer']

/** Playlists of whom some meet poison, some of them twice; superseded poison harms nobody. */
export const writeHistory = (
  { append }: Writer,
  random: Random,
  events: number,
): readonly RecordedEvent[] => {
  const poisoned: RecordedEvent[] = []
  for (let at = 0; at < events; at++) {
    const id = `list-${random.below(8)}`
    const kind = random.below(10)
    if (kind === 0) append(id, createdPlaylist(`poison ${at}`), { superseded: true })
    else if (kind === 1) poisoned.push(append(id, createdPlaylist(`poison ${at}`)))
    else append(id, createdPlaylist(`name ${at}`))
  }
  return poisoned
}

/** The first poison of each key: what is quarantined, and nothing else. */
export const firstOfEach = (poisoned: readonly RecordedEvent[]) =>
  [...new Map([...poisoned].reverse().map((event) => [event.meta.streamId, event]))]
    .map(([group, { offset }]) => ({ group, offset }))
    .sort((a, b) => (a.group < b.group ? -1 : 1))

/** What was last published as quarantined. */
export const quarantinedIn = ({ published }: InMemoryRun) =>
  Array.from({ length: partitions }, (_, partition) =>
    published.findLast((progress) => progress.partition === partition),
  )
    .flatMap((progress) => progress?.quarantined ?? [])
    .sort((a, b) => (a.group < b.group ? -1 : 1))

/** Waits until nothing is quarantined. */
export const withNothingWaiting = (run: InMemoryRun) => until(() => quarantinedIn(run).length === 0)

/** Has every group redriven that waits, until none does. */
export const redriveAll = async (run: InMemoryRun, operator: ReturnType<typeof createOperator>) => {
  for (const { partition, offset } of await operator.letters())
    await operator.ask({ verb: 'redrive', partition, offset })
  await withNothingWaiting(run)
}

/** What a log without poison in it would lead to, or without fault in the projection. */
export const curedContents = async (
  declare: (poison: Poison) => AnyDeclaration,
  log: ReturnType<typeof create>['log'],
) => {
  const stores = createInMemoryStores()
  const cured = declare({ isCured: true })
  await runInMemory(cured, { log: withoutGroups(log), stores })
  return contentsOf(cured, stores)
}
