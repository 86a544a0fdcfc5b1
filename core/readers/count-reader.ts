import type { Columns } from '../columns.ts'
import { countLayoutOf, eachSlot, type CountProjection } from '../layout/count-layout.ts'
import type { RowStore } from '../ports/row-store.port.ts'

/** Sums over all source partitions: by bucket, by slot, by column. */
export type Counts<C extends Columns> = ReadonlyMap<
  string,
  ReadonlyMap<string, Readonly<Record<keyof C, number>>>
>

/**
 * Reads the counts of a key in the given buckets (days, say). Buckets without a count are left out. `note` is told the
 * position of each partial count, and its source partition.
 */
export type CountReader<C extends Columns> = (
  owner: string,
  buckets: readonly string[],
  note?: (partition: number, position: number) => void,
) => Promise<Counts<C>>

/** Law 7: partial counts are absolute per source partition and are added up here. @throws {StoreUnavailable} */
export const createCountReader = <C extends Columns>(
  store: RowStore,
  projection: CountProjection<C>,
): CountReader<C> => {
  const { table, keyOf, fromStored } = countLayoutOf(projection)
  const [ownerColumn = ''] = table.partitionKey
  const names = Object.keys(projection.row)

  return async (owner, buckets, note) => {
    const totals = new Map<string, Map<string, Record<string, number>>>()
    for (const stored of await store.read(table, { partition: { [ownerColumn]: owner }, in: buckets })) {
      const { bucket, partition } = keyOf(stored)
      const { position, value } = fromStored(stored)
      note?.(partition, position)
      const slots = obtain(totals, bucket, () => new Map<string, Record<string, number>>())
      for (const [slot, sums] of eachSlot(value, names.length)) {
        const total = obtain(slots, slot, () => Object.fromEntries(names.map((name) => [name, 0])))
        for (const [at, name] of names.entries()) total[name] = (total[name] ?? 0) + (sums[at] ?? 0)
      }
    }
    return totals as Counts<C>
  }
}

const obtain = <K, V>(map: Map<K, V>, key: K, create: () => V): V => {
  const found = map.get(key)
  if (found !== undefined) return found
  const created = create()
  map.set(key, created)
  return created
}
