import { eachAtOnce } from '@reprise/core/each-at-once.ts'
import type { RowStore, RowWrite, Table } from '@reprise/core/ports/row-store.port.ts'

/** What is written of groups: where their rows lie, and the rows, which are made when it is their turn. */
export type WriteOptions<Group> = {
  readonly store: RowStore
  readonly table: Table
  readonly groups: readonly Group[]
  /** The Cassandra partition that a group's rows lie in. */
  readonly ownerOf: (group: Group) => string
  readonly rowsOf: (group: Group) => readonly RowWrite[]
}

/** So many requests of one caller are under way at once; a reader works on a few partitions side by side. */
const atOnce = 4

type Size = { readonly rows: number; readonly bytes: number }
/** Groups of one Cassandra partition share a request up to this size; a group is never cut. */
const onePartition: Size = { rows: 100, bytes: 2_000_000 }
/** Below the 50 KiB that Cassandra takes for several. */
const severalPartitions: Size = { rows: 60, bytes: 32_000 }

/** Writes groups, those of the same Cassandra partition together, in requests of bounded size. */
export const writeRows = <Group>(options: WriteOptions<Group>): Promise<void> =>
  eachAtOnce(atOnce, requestsOf(options), (writes) => options.store.writeTogether(options.table, writes))

function* requestsOf<Group>({
  groups,
  ownerOf,
  rowsOf,
}: WriteOptions<Group>): Generator<readonly RowWrite[]> {
  let writes: RowWrite[] = []
  let bytes = 0
  const cutAt = (place: Size): readonly RowWrite[] => {
    const before = writes.slice(0, place.rows)
    writes = writes.slice(place.rows)
    bytes -= place.bytes
    return before
  }
  for (const ofOwner of Map.groupBy(groups, ownerOf).values()) {
    let owner: Size = { rows: writes.length, bytes }
    for (const group of ofOwner) {
      let place: Size = { rows: writes.length, bytes }
      for (const write of rowsOf(group)) {
        writes.push(write)
        bytes += bytesOf(write)
      }
      if (owner.rows > 0 && exceeds({ rows: writes.length, bytes }, severalPartitions)) {
        place = { rows: place.rows - owner.rows, bytes: place.bytes - owner.bytes }
        yield cutAt(owner)
        owner = nothing
      }
      if (place.rows > 0 && exceeds({ rows: writes.length, bytes }, onePartition)) yield cutAt(place)
    }
  }
  if (writes.length > 0) yield writes
}

const nothing: Size = { rows: 0, bytes: 0 }

const exceeds = ({ rows, bytes }: Size, max: Size): boolean => rows > max.rows || bytes > max.bytes

/** Roughly: eight for what is no text. */
const bytesOf = ({ row }: RowWrite): number => {
  let bytes = 0
  for (const name in row) {
    const value = row[name]
    bytes += typeof value === 'string' || Buffer.isBuffer(value) ? Buffer.byteLength(value) : 8
  }
  return bytes
}
