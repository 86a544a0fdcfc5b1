import type { Decoded } from '@reprise/schemas/codec.ts'
import type { TopicName } from '@reprise/schemas/topics.ts'

/** A record to append. The partition is chosen by the key, everywhere by the same function. */
export type LogRecord = {
  readonly partition: number
  readonly key: string
  readonly value: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** About what a record takes in the log, rather more: the broker takes a batch of 1 MB at most. */
export const logBytesOf = ({ key, value, headers }: LogRecord): number =>
  value.length + Buffer.byteLength(key) + 70 * (1 + Object.keys(headers).length)

/** The broker refuses for ever a batch above 1 MB; ours stay below it, with room for headers. */
export const logBatchBytesMax = 900_000

/** A record as it stands in the log. */
export type StoredRecord = {
  readonly offset: number
  readonly key: string
  readonly value: Buffer
  /** The id of the event: the header ce_id, or empty. */
  readonly eventId: string
  /** The type of the event: the header ce_type, or empty. */
  readonly eventType: string
  /** The header `previous`, undefined where it is missing. */
  readonly previous: string | undefined
  /** The header `traceparent`: the trace that the record belongs to, where it is sampled. */
  readonly traceparent?: string | undefined
  /** The broker's time of append, milliseconds. */
  readonly recordedAt: number
  /** What the value says, kept by who decodes it first: several readers of a process may be given the same record. */
  decoded?: Decoded | undefined
}

/** Records of one partition, in order and without a gap. */
export type LogBatch = {
  readonly partition: number
  readonly records: readonly StoredRecord[]
  /** How many records stood behind these in the partition when they were fetched; missing where nobody knows. */
  readonly behind?: number | undefined
}

/** Appends records. One request is in flight at a time; what arrives meanwhile goes with the next one. */
export type Appender = {
  /**
   * Resolves with the offset of the first record per partition, when the broker has acknowledged all of them. Records
   * of one call and one partition stand in the log side by side in order; they go in one batch, of which the broker takes
   * none if together they are too large. A rejection says nothing about what was appended: the log itself must be asked.
   */
  readonly append: (records: readonly LogRecord[]) => Promise<ReadonlyMap<number, number>>
  /**
   * Calls back once, later, when the next request is made up: what is appended in the call goes with it as far as it fits.
   * So who makes records at the last moment makes those of many commands at once, and never more requests than one.
   */
  readonly beforeNext: (call: () => void) => void
  readonly close: () => Promise<void>
}

/** What reads a topic. */
export type ReaderOptions = {
  readonly topic: TopicName
  /**
   * Readers of the same group share the partitions; each partition is read by one of them at a time. Without a group a
   * reader has all partitions to itself and no rebalance ever stops it.
   */
  readonly group?: string
  /**
   * Asked at every assignment (and after `rewind`): the offset of the first record to deliver; undefined for a partition
   * that is not to be read until the next `rewind`.
   */
  readonly resumeAt: (partition: number) => Promise<number | undefined>
  /** Batches of a partition arrive one after the other; the next one waits for the promise. */
  readonly onBatch: (batch: LogBatch) => Promise<void>
  /** Far behind, a few partitions may be read at a time, each for a while. Who keeps something for each needs less then. */
  readonly inTurns?: boolean
  /** Told which partitions were assigned, after resumeAt was asked for each. */
  readonly onAssigned?: (partitions: readonly number[]) => void
  /** Told once when reading has stopped for good: a gap, an offset outside the log, or an error that onBatch threw. */
  readonly onStopped: (reason: Error) => void
}

/** A running reader. */
export type Reader = {
  /** Asks resumeAt again for every assigned partition and continues there. */
  readonly rewind: () => void
  readonly close: () => Promise<void>
}

/** The log as the platform sees it: append, read in order, ask where it ends. */
export type Log = {
  readonly createAppender: (topic: TopicName) => Promise<Appender>
  readonly read: (options: ReaderOptions) => Promise<Reader>
  /** The offset that the next record of each partition will get, by partition. */
  readonly endOffsets: (topic: TopicName) => Promise<readonly number[]>
  /** Names the cluster, so that a checkpoint of another one is noticed. */
  readonly incarnation: () => Promise<string>
  readonly close: () => Promise<void>
}

/** The log has a gap, or ends before the place where a reader wants to go on (law 11). */
export class LogBroken extends Error {
  override readonly name = 'LogBroken'
}

/** Reading should go on where the log has nothing; `has` says in words what the partition has instead. */
export const nothingToReadAt = (topic: string, partition: number, has: string, offset: number): LogBroken =>
  new LogBroken(
    `${topic} partition ${partition} ${has}, but reading should go on at ${offset}. ` +
      'The topic was re-created or truncated, or this is another cluster: delete the view with its checkpoint to rebuild it',
  )
