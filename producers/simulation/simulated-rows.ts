import type { RowStore, Table } from '@reprise/core/ports/row-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import type { Faults } from './faults.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

/** A row store that can forget its newest writes, as a single Cassandra node does at kill -9. */
export type LossyRowStore = RowStore & {
  /** What is stored now will survive. */
  readonly mark: () => void
  /** Everything written since is gone. */
  readonly loseTail: () => void
}

/** The store that all processes share, and how each of them reaches it. */
export const createSimulatedRows = (options: {
  readonly rows: LossyRowStore
  readonly time: VirtualTime
  readonly random: SeededRandom
  readonly faults: () => Faults
}) => {
  const { rows, time, random, faults } = options
  /** To the store, or back. */
  const wayMs = () => (random.chance(faults().slowStore) ? random.below(1_500) : random.delay(3))
  let starts = 0
  const onCrash: (() => void)[] = []
  const tables = new Map<string, Table>()
  const crash = (): void => {
    starts++
    rows.loseTail()
    // A table that was made is there for good, whatever becomes of its rows.
    for (const table of tables.values()) void rows.ensure(table)
    for (const tell of onCrash) tell()
  }

  /** The RowStore port of one process: slow, and at times not there; a write that failed may have been done. */
  const rowsOf = (owner: Owner): RowStore => {
    const listeners: (() => void)[] = []
    let known = starts
    const notice = () => {
      if (known === starts) return
      known = starts
      for (const listener of listeners) listener()
    }
    const ask = <T>(work: () => Promise<T>): Promise<T> => {
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      const fails = random.chance(faults().failedStore)
      const answer = (run: () => void) => void time.after(wayMs(), owner, run)
      const refuse = () => answer(() => reject(new StoreUnavailable('no answer')))
      // What was sent over a connection is lost with it.
      const connectedTo = known
      // The connection to a store that has crashed is noticed to be broken before anything is asked of it again.
      if (known !== starts) {
        notice()
        refuse()
      } else if (fails && random.chance(0.5)) refuse()
      else
        time.after(wayMs(), undefined, () => {
          if (connectedTo !== starts) refuse()
          else work().then((result) => (fails ? refuse() : answer(() => resolve(result))), reject)
        })
      return promise
    }
    onCrash.push(() => void time.after(random.below(1_000), owner, notice))
    return {
      ensure: (table) => {
        tables.set(table.name, table)
        return ask(() => rows.ensure(table))
      },
      drop: (table) => ask(() => rows.drop(table)),
      read: (table, query) => ask(() => rows.read(table, query)),
      writeTogether: (table, writes) =>
        ask(async () => {
          await rows.writeTogether(table, writes)
          // In the middle of storing: some of a cut is there, and then gone.
          if (random.chance(faults().storeCrash / 5)) crash()
        }),
      confirm: () => ask(() => rows.confirm()),
      onLost: (listener) => void listeners.push(listener),
      close: () => Promise.resolve(),
    }
  }
  return { rowsOf, crash, sync: rows.mark }
}

/** See {@link createSimulatedRows}. */
export type SimulatedRows = ReturnType<typeof createSimulatedRows>
