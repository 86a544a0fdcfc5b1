import { nextBeat } from './beats.ts'
import type { Lease } from './lease.ts'

/**
 * When what was taken in of a partition is stored. Far behind, many batches go together, so that a row which they all
 * touch is written once. Near the log's end all partitions store at the same beats, so that it can be seen soon and
 * goes to the store in few requests.
 */
export type Gathering = {
  /** From so many records behind the end on, batches are gathered, */
  readonly behindMin: number
  /** so many records at most, */
  readonly recordsMax: number
  /** for so long. */
  readonly msMax: number
  /** Near the end there is a beat so often; 0 stores every batch at once. */
  readonly msNear: number
  /** Checkpoints have a beat of their own: only the next start needs them. 0 writes one with every store. */
  readonly msCheckpoint: number
}

/** What was measured to be enough: a row is rarely touched again later. */
export const defaultGathering: Gathering = {
  behindMin: 2_000,
  recordsMax: 20_000,
  msMax: 5_000,
  msNear: 20,
  msCheckpoint: 1_000,
}

/** For what a successor should not do again. */
export const storedAtOnce = (gathering: Gathering = defaultGathering): Gathering => ({
  ...gathering,
  msNear: 20,
  msCheckpoint: 0,
})

/** For views that readers see only after a refresh, which begins ten times a second at most. */
export const untilRefreshed = (gathering: Gathering): Gathering => ({ ...gathering, msNear: 100 })

/** When what was taken in must be stored, `behind` records before the partition's end; by the process's clock. */
export const dueAt = (
  { gathered, stay }: Pick<Lease, 'gathered' | 'stay'>,
  behind: number,
  { behindMin, recordsMax, msMax, msNear }: Gathering,
): number => {
  if (gathered === undefined) return Infinity
  if (gathered.records >= recordsMax || stay.isFull()) return -Infinity
  if (behind >= behindMin) return gathered.since + msMax
  return msNear === 0 ? gathered.since : nextBeat(gathered.since, msNear)
}
