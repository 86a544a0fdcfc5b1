import type { Lease } from './lease.ts'

/**
 * When what was taken in of a partition is stored. Far behind, many batches go together, so that a row which they all
 * touch is written once; near the log's end each is stored at once, so that it can be seen.
 */
export type Gathering = {
  /** From so many records behind the end on, batches are gathered, */
  readonly behindMin: number
  /** so many records at most, */
  readonly recordsMax: number
  /** for so long. */
  readonly msMax: number
  /** For so long they are near the end. */
  readonly msNear: number
}

/** What was measured to be enough: a row is rarely touched again later. */
export const defaultGathering: Gathering = {
  behindMin: 2_000,
  recordsMax: 20_000,
  msMax: 5_000,
  msNear: 0,
}

/** For views that readers see only after a refresh, which begins ten times a second at most. */
export const untilRefreshed = (gathering: Gathering): Gathering => ({ ...gathering, msNear: 50 })

/** When what was taken in must be stored, `behind` records before the partition's end; by the process's clock. */
export const dueAt = (
  { gathered, stay }: Pick<Lease, 'gathered' | 'stay'>,
  behind: number,
  { behindMin, recordsMax, msMax, msNear }: Gathering,
): number => {
  if (gathered === undefined) return Infinity
  if (gathered.records >= recordsMax || stay.isFull()) return -Infinity
  return gathered.since + (behind < behindMin ? msNear : msMax)
}
