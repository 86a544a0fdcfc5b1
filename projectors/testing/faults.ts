import { checkpointTableOf } from '@reprise/core/layout/checkpoint-layout.ts'
import type { Log, ReaderOptions } from '@reprise/core/ports/log.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { rowsByPartition } from '@reprise/core/rows-by-partition.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import type { Stores } from '../engine/create-view.ts'
import type { Random } from './random.ts'

const changedReads = (log: Log, change: (options: ReaderOptions) => ReaderOptions): Log => ({
  ...log,
  read: (options) => log.read(change(options)),
})

/** Delivers the log in batches cut at random. */
export const cutAtRandom = (log: Log, random: Random): Log =>
  changedReads(log, (options) => ({
    ...options,
    onBatch: async ({ partition, records }) => {
      for (let at = 0; at < records.length;) {
        const batch = records.slice(at, at + 1 + random.below(7))
        at += batch.length
        await options.onBatch({ partition, records: batch, behind: records.length - at })
      }
    },
  }))

/** Ends every partition after a number of records: what a projector saw that was killed early. */
export const cutShort = (log: Log, recordsMax: number): Log => ({
  ...changedReads(log, (options) => ({
    ...options,
    onBatch: async ({ partition, records }) => {
      const seen = records.filter(({ offset }) => offset < recordsMax)
      if (seen.length > 0) await options.onBatch({ partition, records: seen })
    },
  })),
  endOffsets: async (topic) => (await log.endOffsets(topic)).map((end) => Math.min(end, recordsMax)),
})

/** Gives every reader all partitions, as if no group kept two processes apart. */
export const withoutGroups = (log: Log): Log =>
  changedReads(log, (options) => {
    const alone: { group?: string } & ReaderOptions = { ...options }
    delete alone.group
    return alone
  })

const isCheckpointId = (id: string): boolean => id.startsWith('checkpoint_')

/** The same views with checkpoints of their own, kept in other stores: whoever uses them begins at 0. */
export const withCheckpointsIn = (stores: Stores, elsewhere: Stores): Stores => {
  const rowsFor = (name: string): RowStore => (name.endsWith('_checkpoint') ? elsewhere.rows : stores.rows)
  return {
    rows: {
      ...stores.rows,
      ensure: (table) => rowsFor(table.name).ensure(table),
      read: (table, query) => rowsFor(table.name).read(table, query),
      writeTogether: (table, writes) => rowsFor(table.name).writeTogether(table, writes),
    },
    documents: {
      ...stores.documents,
      ensure: async (index) => {
        await Promise.all([stores.documents.ensure(index), elsewhere.documents.ensure(index)])
      },
      get: (index, ids) => (ids.some(isCheckpointId) ? elsewhere : stores).documents.get(index, ids),
      write: (index, writes) =>
        (writes.some(({ id }) => isCheckpointId(id)) ? elsewhere : stores).documents.write(index, writes),
    },
  }
}

/** Writes arrive late and out of order while `isHeld`; those held come after it has ended. */
export const createHold = (stores: Stores) => {
  let isHeld = false
  const waiting: (() => void)[] = []
  const held = async () => {
    if (isHeld) await new Promise<void>((go) => waiting.push(go))
  }
  return {
    hold: () => (isHeld = true),
    release: () => {
      isHeld = false
      for (const go of waiting.splice(0)) go()
    },
    stores: {
      rows: {
        ...stores.rows,
        writeTogether: async (table, writes) => {
          await held()
          for (const own of rowsByPartition(table, writes)) await stores.rows.writeTogether(table, own)
        },
      },
      documents: {
        ...stores.documents,
        write: async (index, writes) => {
          await held()
          await stores.documents.write(index, writes)
        },
      },
    } satisfies Stores,
  }
}

/** What is asked of the store of one view. */
type Asked = 'rows' | 'checkpoints' | 'reads'

/** So many calls are taken, the next ones are refused, and then they are taken again. */
type Refusal = { readonly after: number; readonly times: number }

/** Stores that refuse what a view asks of them. */
export const createRefusing = (stores: Stores, view: string) => {
  const refused = { rows: 0, checkpoints: 0, reads: 0 }
  let planned: Readonly<Partial<Record<Asked, Refusal>>> = {}
  let isForGood = false
  const ask = (asked: Asked): void => {
    const { after, times } = planned[asked] ?? { after: 0, times: 0 }
    planned = { ...planned, [asked]: after > 0 ? { after: after - 1, times } : { after, times: times - 1 } }
    if (after > 0 || times <= 0) return
    isForGood ||= times === Infinity
    refused[asked]++
    throw new StoreUnavailable(`${asked} are refused`)
  }
  return {
    refuse: (refusals: typeof planned): void => {
      planned = refusals
      isForGood = false
    },
    /** How often. */
    refused,
    /** Whether something was refused that will be refused for ever. */
    isForGood: () => isForGood,
    stores: {
      rows: {
        ...stores.rows,
        read: async (table, query) => {
          if (table.name === view) ask('reads')
          return stores.rows.read(table, query)
        },
        writeTogether: async (table, writes) => {
          for (const own of rowsByPartition(table, writes)) {
            if (table.name === view) ask('rows')
            if (table.name === checkpointTableOf(view).name) ask('checkpoints')
            await stores.rows.writeTogether(table, own)
          }
        },
      },
      documents: {
        ...stores.documents,
        get: async (index, ids) => {
          if (index.name === view && !ids.some(isCheckpointId)) ask('reads')
          return stores.documents.get(index, ids)
        },
        write: async (index, writes) => {
          if (index.name === view) ask(writes.some(({ id }) => isCheckpointId(id)) ? 'checkpoints' : 'rows')
          await stores.documents.write(index, writes)
        },
      },
    } satisfies Stores,
  }
}
