import type { Lease } from './lease.ts'

/**
 * When what was taken in of a partition is stored. Far behind, many batches go together, so that a row which they all
 * touch is written once; near the log's end each is stored at once, so that it can be seen.
 */
export type Gathering = {
  /** From so many records behind the end on, batches are gathered. */
  readonly behindMin: number
  /** So many records at most, */
  readonly recordsMax: number
  /** for so long. */
  readonly msMax: number
}

/** What was measured to be enough: a row is rarely touched again later. */
export const defaultGathering: Gathering = {
  behindMin: 2_000,
  recordsMax: 20_000,
  msMax: 5_000,
}

/** Whether it is time to store, `behind` records before the partition's end. */
export const isDue = (
  { gathered, stay }: Pick<Lease, 'gathered' | 'stay'>,
  behind: number,
  { behindMin, recordsMax, msMax }: Gathering,
): boolean =>
  gathered !== undefined &&
  (behind < behindMin ||
    gathered.records >= recordsMax ||
    performance.now() - gathered.since >= msMax ||
    stay.isFull())
