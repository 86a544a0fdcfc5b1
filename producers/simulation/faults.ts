import type { SeededRandom } from './seeded-random.ts'

/** How often things go wrong, each from 0 (never) to 1. Every schedule has its own mix, so that each kind meets each other. */
export type Faults = {
  /** An append vanishes, and its sender sees an error. */
  readonly lostAppend: number
  /** An append is stored, and its sender sees an error. */
  readonly lostAcknowledgement: number
  /** An append is acknowledged and never stored: what kafkajs does after a time-out. */
  readonly falseAcknowledgement: number
  /** An append is stored twice, the second time later. */
  readonly doubledAppend: number
  /** The sender sees an error; the append is stored much later. */
  readonly lateAppend: number
  /** Asking for the log's end fails. */
  readonly failedEnd: number
  /** A reader falls far behind. */
  readonly laggingReader: number
  /** A connection between a client and a process is cut before the answer. */
  readonly cutConnection: number
  /** A call of the row store fails; a write may have been done. */
  readonly failedStore: number
  /** A call of the row store takes long to arrive there, or its answer to come back. */
  readonly slowStore: number
  /** The row store crashes and forgets its newest writes, per second. */
  readonly storeCrash: number
  /** A process hears seconds late that it lost its partitions, and goes on as if they were its own. */
  readonly staleOwner: number
  /** Partitions change hands for no reason, per second. */
  readonly rebalance: number
  /** A process is killed, per second. */
  readonly kill: number
  /** A process is paused, per second. */
  readonly pause: number
}

const most: Faults = {
  lostAppend: 0.1,
  lostAcknowledgement: 0.15,
  falseAcknowledgement: 0.05,
  doubledAppend: 0.15,
  lateAppend: 0.15,
  failedEnd: 0.2,
  laggingReader: 0.1,
  cutConnection: 0.2,
  failedStore: 0.1,
  slowStore: 0.1,
  storeCrash: 0.15,
  staleOwner: 0.5,
  rebalance: 0.2,
  kill: 0.05,
  pause: 0.05,
}

/** Nothing goes wrong. */
export const noFaults: Faults = Object.fromEntries(Object.keys(most).map((kind) => [kind, 0])) as Faults

/** A mix: about half of the kinds, each at a rate of its own. */
export const faultsOf = (random: SeededRandom): Faults =>
  Object.fromEntries(
    Object.entries(most).map(([kind, rate]) => [
      kind,
      random.chance(0.5) ? (rate * (1 + random.below(10))) / 10 : 0,
    ]),
  ) as Faults
