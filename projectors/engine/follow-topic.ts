import type { Checkpoint } from '@reprise/core/checkpoint.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { Log, LogBatch, Reader, StoredRecord } from '@reprise/core/ports/log.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { isSameCheckpoint, type Checkpoints } from './checkpoints.ts'
import { createStatus, type FollowerStatus } from './follower-status.ts'
import { createLease, type Admitted, type Lease } from './lease.ts'
import { patiently } from './patience.ts'
import type { TopicReading } from './topic-reading.ts'

/** Events of one partition, in order, and whether applying them still counts. */
export type Turn<Event> = {
  readonly partition: number
  readonly events: readonly Event[]
  readonly isCurrent: () => boolean
}

/** What follows a topic: where its checkpoints are and what it does with events. */
export type Follower<Event> = {
  /** For people: "projection playlist-details v1". */
  readonly name: string
  readonly group: string
  readonly reading: TopicReading<Event>
  readonly checkpoints: Checkpoints
  /** Creates what the follower stores into. */
  readonly ensure: () => Promise<void>
  /** Stores the effect of the events. Done again, for the same or other cuts of the log, it changes nothing. */
  readonly apply: (turn: Turn<Event>) => Promise<void>
  /** Everything below the watermark is stored, as far as the store knows now: it may be lower than before. */
  readonly applied: (partition: number, watermark: number, isCurrent: () => boolean) => void
  /** What is remembered of the store may be wrong. */
  readonly forget: () => void
  readonly onLost: (listener: () => void) => void
}

/** What a follower reads with. */
export type Source = { readonly log: Log; readonly codec: EventCodec; readonly logger: Logger }

/** A follower at work. */
export type Following = {
  readonly status: () => FollowerStatus
  /** Ends when what is being written is written; a piece that isn't checkpointed is applied again at the next start. */
  readonly close: () => Promise<void>
}

/** At most this many records are applied and checkpointed together. */
const pieceRecordsMax = 2_000

/**
 * Follows a topic with a reader of its own (law 11): resumes every assigned partition at the checkpoint found in the
 * store, applies what follows piece by piece, and writes the checkpoint after each. Returns at once; faults show in
 * the status and stop this follower alone.
 */
export const followTopic = <Event>(
  follower: Follower<Event>,
  { log, logger }: Omit<Source, 'codec'>,
): Following => {
  const { name, reading, checkpoints } = follower
  const { topic } = reading
  const status = createStatus(name, logger)
  const closing = new AbortController()
  const { signal } = closing
  const leases = new Map<number, Lease>()
  const questions = new Map<number, number>()
  const whileDown = {
    signal,
    against: (error: unknown) => error instanceof StoreUnavailable,
    onWait: status.wait,
  }
  let reader: Reader | undefined
  let incarnation = ''
  let rewinds = 0

  const endAll = () => {
    for (const lease of leases.values()) lease.hasEnded = true
  }
  const stop = (error: Error) => {
    if (signal.aborted) return
    status.stop(error)
    endAll()
  }
  const rewind = () => {
    rewinds++
    endAll()
    follower.forget()
    reader?.rewind()
  }

  const resumeAt = async (partition: number): Promise<number> => {
    const before = leases.get(partition)
    if (before) before.hasEnded = true
    follower.forget()
    const question = (questions.get(partition) ?? 0) + 1
    questions.set(partition, question)
    const isNewest = () => questions.get(partition) === question
    let seen: number
    let checkpoint: Checkpoint | undefined
    do {
      seen = rewinds
      checkpoint = await patiently(() => checkpoints.read(partition), whileDown)
      // The store was lost while it was asked: what it said may no longer be so.
    } while (isNewest() && seen !== rewinds)
    // Asked again meanwhile: the reader goes on from that answer, and a lease of this one would be another's.
    if (!isNewest()) return checkpoint?.offset ?? 0
    const admission = reading.admission(checkpoint?.lastAcceptedId)
    const lease = createLease({ topic, partition, incarnation, checkpoint, admission })
    leases.set(partition, lease)
    follower.applied(partition, checkpoint ? checkpoint.offset + 1 : 0, () => !lease.hasEnded)
    return checkpoint?.offset ?? 0
  }

  const onBatch = async ({ partition, records }: LogBatch): Promise<void> => {
    const lease = leases.get(partition)
    for (let at = 0; at < records.length && lease?.hasEnded === false; at += pieceRecordsMax)
      await take(lease, records.slice(at, at + pieceRecordsMax))
  }

  const take = async (lease: Lease, records: readonly StoredRecord[]): Promise<void> => {
    if (reading.admitsByValue) await learn(records)
    const admitted = lease.admit(records)
    if (admitted === undefined) return
    if (!reading.admitsByValue) await learn(admitted.accepted)
    const turn: Turn<Event> = {
      partition: lease.partition,
      events: reading.eventsOf(lease.partition, admitted.accepted),
      isCurrent: () => !lease.hasEnded,
    }
    let hasFailed = false
    const onWait = (error: Error) => {
      hasFailed = true
      status.wait(error)
      follower.forget()
    }
    await patiently(
      async () => {
        if (!hasFailed || (await isWhereItWas(lease))) await store(lease, admitted, turn)
      },
      { ...whileDown, onWait },
    )
    if (!lease.hasEnded) status.running()
  }

  const learn = (records: readonly StoredRecord[]) =>
    patiently(() => reading.learn(records), { ...whileDown, against: () => true })

  /** Rows first, then the checkpoint, then word of it. */
  const store = async (lease: Lease, { checkpoint }: Admitted, turn: Turn<Event>): Promise<void> => {
    if (!turn.isCurrent()) return
    await follower.apply(turn)
    if (!turn.isCurrent()) return
    await checkpoints.write(lease.partition, checkpoint)
    lease.checkpoint = checkpoint
    if (turn.isCurrent()) follower.applied(lease.partition, checkpoint.offset + 1, turn.isCurrent)
  }

  /** After a failure the store may have lost its tail, or have kept what it never acknowledged: then back to it. */
  const isWhereItWas = async (lease: Lease): Promise<boolean> => {
    const found = await checkpoints.read(lease.partition)
    if (isSameCheckpoint(found, lease.checkpoint)) return true
    if (!lease.hasEnded) rewind()
    return false
  }

  const start = async (): Promise<void> => {
    await patiently(follower.ensure, whileDown)
    incarnation = await log.incarnation()
    signal.throwIfAborted()
    const seen = rewinds
    reader = await log.read({
      topic,
      group: follower.group,
      resumeAt,
      onBatch: (batch) => onBatch(batch).catch(rethrowUnlessClosing),
      onAssigned: (partitions) => {
        for (const [partition, lease] of leases) if (!partitions.includes(partition)) lease.hasEnded = true
        status.running()
      },
      onStopped: stop,
    })
    if (seen !== rewinds) reader.rewind()
  }
  const rethrowUnlessClosing = (error: Error) => {
    if (!signal.aborted) throw error
  }

  follower.onLost(() => {
    if (signal.aborted || status.current().state === 'stopped') return
    logger.warn(
      { follower: name },
      `${name} lost its store; it goes back to the checkpoint that it will find`,
    )
    rewind()
  })
  const started = start().catch(stop)
  return {
    status: status.current,
    close: async () => {
      closing.abort(new Error('closing'))
      endAll()
      await started
      await reader?.close()
    },
  }
}
