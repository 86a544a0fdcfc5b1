import type { ProjectionProgress } from '@reprise/schemas/generated/events.ts'
import { countLayoutOf } from '@reprise/core/layout/count-layout.ts'
import { documentLayoutOf, type DocumentProjection } from '@reprise/core/layout/document-layout.ts'
import { listLayoutOf } from '@reprise/core/layout/list-layout.ts'
import { rowLayoutOf, type RowProjection } from '@reprise/core/layout/row-layout.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Appender, Log } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { DocumentIndex } from '@reprise/core/ports/document-store.port.ts'
import type { StoredRow, Table } from '@reprise/core/ports/row-store.port.ts'
import { entityDocumentLayoutOf, entityRowLayoutOf } from '@reprise/core/layout/entity-layout.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import type { Stores } from '../engine/create-view.ts'
import type { Gathering } from '../engine/gathering.ts'
import { runAll, type Running } from '../engine/run-all.ts'
import type { AnyDeclaration } from '../engine/run-projection.ts'
import { codec as codecOfTests } from './codec.ts'

/** Stores that tests look into: those in memory, seen from here. */
export type VisibleStores = {
  readonly rows: { readonly rowsOf: (table: Table) => readonly StoredRow[] }
  readonly documents: {
    readonly documentsOf: (index: DocumentIndex) => ReadonlyMap<string, Readonly<Record<string, unknown>>>
  }
}

/** Projections at work in memory, with what they published. */
export type InMemoryRun = Running & {
  /** What each publication said, in order. */
  readonly published: readonly ProjectionProgress[]
  /** Resolves when every partition of the topic has been applied to its end, as published. Rejects if it stopped, with the cause. */
  readonly untilApplied: (projection: AnyDeclaration) => Promise<void>
  /** Why a projection waits or has stopped, once it does. */
  readonly reasonIn: (projection: AnyDeclaration, state: 'waiting' | 'stopped') => Promise<string | undefined>
}

/** What a run reads and writes. */
export type RunOptions = {
  readonly log: Log
  readonly stores: Stores
  readonly codec?: EventCodec
  readonly gathering?: Gathering
  /** Each projection is given the batches as they are cut, and not those that have come together meanwhile. */
  readonly isAlone?: boolean
}

/** Starts projections over a log; progress goes to the run alone. */
export const startInMemory = async (
  projections: readonly AnyDeclaration[],
  { log, stores, codec = codecOfTests, gathering, isAlone = false }: RunOptions,
): Promise<InMemoryRun> => {
  const published: ProjectionProgress[] = []
  const progress: Appender = {
    append: (records) => {
      for (const { value } of records) published.push(codec.decode(value).value as ProjectionProgress)
      return Promise.resolve(new Map())
    },
    beforeNext: (call) => void setImmediate(call),
    close: () => Promise.resolve(),
  }
  const listening: Log = {
    ...log,
    createAppender: (topic) =>
      topic === 'projection-progress' ? Promise.resolve(progress) : log.createAppender(topic),
  }
  const faults = new Map<unknown, unknown>()
  const logger: Logger = {
    ...quiet,
    error: ({ follower, err }) => void faults.set(follower, err),
  }
  // In memory everybody is there at once, or is kept away by the test.
  const sharing = isAlone ? { members: [] } : { gatherMs: 20, settleMs: 20 }
  const running = await runAll(projections, {
    log: listening,
    codec,
    logger,
    stores,
    sharing,
    gathering,
  })
  const statusOf = (projection: AnyDeclaration) =>
    running.status().find(({ name }) => name === `projection ${nameOf(projection)}`)
  const told = () => JSON.stringify(running.status())
  const watermarkOf = (name: string, partition: number) =>
    published.findLast((progress) => progress.projection === name && progress.partition === partition)
      ?.watermark
  return {
    ...running,
    published,
    untilApplied: (projection) =>
      until(async () => {
        const own = statusOf(projection)
        if (own?.state === 'stopped') throw new Error(own.reason, { cause: faults.get(own.name) })
        const ends = await log.endOffsets(projection.from)
        return ends.every((end, partition) => watermarkOf(projection.name, partition) === end)
      }, told),
    reasonIn: async (projection, state) => {
      await until(() => statusOf(projection)?.state === state, told)
      return statusOf(projection)?.reason
    },
  }
}

const nameOf = ({ name, version }: AnyDeclaration) => `${name} v${version}`

/** Runs one projection to the log's end, and ends it. */
export const runInMemory = async (projection: AnyDeclaration, options: RunOptions): Promise<void> => {
  const run = await startInMemory([projection], options)
  await run.untilApplied(projection).finally(run.close)
}

/** Tests on the engines wait for all tables too. */
const patienceMs = 150_000

/** Waits for a condition. @throws after 150 seconds, with what `describe` says. */
export const until = async (
  condition: () => boolean | Promise<boolean>,
  describe: () => string = () => '',
): Promise<void> => {
  for (const start = Date.now(); !(await condition()); await new Promise((go) => setTimeout(go, 4)))
    if (Date.now() - start > patienceMs)
      throw new Error(`waited ${patienceMs / 1_000} s in vain. ${describe()}`)
}

/** All that a view holds, as stored and in a fixed order; checkpoints left out. */
export const contentsOf = (
  projection: AnyDeclaration,
  { rows, documents }: VisibleStores,
): readonly string[] => {
  if (projection.store.kind === 'document') {
    const index = indexOf(projection)
    const all = [...documents.documentsOf(index)].filter(([id]) => !id.startsWith('checkpoint_'))
    return all.map((entry) => JSON.stringify(entry)).sort()
  }
  return rows.rowsOf(tableOf(projection)).map(textOf).sort()
}

/** The index of a projection that is stored in documents. */
export const indexOf = (projection: AnyDeclaration): DocumentIndex =>
  'show' in projection
    ? entityDocumentLayoutOf(projection as never).index
    : documentLayoutOf(projection as unknown as DocumentProjection).index

/** The table of a projection that is stored in rows. */
export const tableOf = (projection: AnyDeclaration): Table => {
  const { kind } = projection.store
  if ('show' in projection) return entityRowLayoutOf(projection as never).table
  if (kind === 'pages') return listLayoutOf(projection as never).table
  if (kind === 'count') return countLayoutOf(projection as never).table
  return rowLayoutOf(projection as unknown as RowProjection).table
}

const textOf = (row: StoredRow): string =>
  JSON.stringify(
    Object.entries(row)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => [name, Buffer.isBuffer(value) ? value.toString() : value]),
  )
