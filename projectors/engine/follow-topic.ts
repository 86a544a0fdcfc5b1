import type { Checkpoint } from '@reprise/core/checkpoint.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { DeadLetterRequest } from '@reprise/schemas/generated/events.ts'
import type { Log, LogBatch, Reader, StoredRecord } from '@reprise/core/ports/log.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { isSameCheckpoint, type Checkpoints } from './checkpoints.ts'
import type { ProjectionLetters } from './dead-letters.ts'
import { TriedAgain } from './failing.ts'
import { createStatus, type FollowerStatus } from './follower-status.ts'
import { createLease, type Admitted, type Lease } from './lease.ts'
import { checkpointAt, createPartitionWork, heldIn } from './partition-work.ts'
import { patiently } from './patience.ts'
import type { Quarantine } from './quarantine.ts'
import { createRedrive, LeaseEnded } from './redrive.ts'
import type { TopicReading } from './topic-reading.ts'
import type { Turn } from './turn.ts'

/** How far the rows of a partition are: all below the watermark is stored, but for the groups that wait. */
export type Reached = { readonly watermark: number; readonly quarantined: Quarantine }

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
  /** This is stored, as far as the store knows now: the watermark may be lower than before. */
  readonly applied: (partition: number, reached: Reached, isCurrent: () => boolean) => void
  /** Where groups that stop are told of, and what is asked about them; missing where none ever stops. */
  readonly letters?: ProjectionLetters
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
 * Follows a topic (law 11): resumes every assigned partition at the checkpoint found in the
 * store, applies what follows piece by piece, and writes the checkpoint after each. Returns at once; faults show in
 * the status and stop this follower alone.
 */
export const followTopic = <Event>(
  follower: Follower<Event>,
  { log, logger }: Omit<Source, 'codec'>,
): Following => {
  const { name, reading, checkpoints, letters } = follower
  const { topic } = reading
  const status = createStatus(name, logger)
  const closing = new AbortController()
  const { signal } = closing
  const leases = new Map<number, Lease>()
  const questions = new Map<number, number>()
  const whileDown = {
    signal,
    against: (error: unknown) => error instanceof StoreUnavailable || error instanceof TriedAgain,
    onWait: status.wait,
  }
  const work = createPartitionWork(follower)
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
    const watermark = checkpoint ? checkpoint.offset + 1 : 0
    follower.applied(partition, { watermark, quarantined: lease.quarantine() }, () => !lease.hasEnded)
    if (lease.quarantine().length > 0) void lease.inTurn(() => carryOutOpen(lease)).catch(stopUnlessClosing)
    return checkpoint?.offset ?? 0
  }

  const onBatch = async ({ partition, records }: LogBatch): Promise<void> => {
    const lease = leases.get(partition)
    await lease?.inTurn(async () => {
      for (let at = 0; at < records.length && !lease.hasEnded; at += pieceRecordsMax)
        await take(lease, records.slice(at, at + pieceRecordsMax))
    })
  }

  const take = async (lease: Lease, records: readonly StoredRecord[]): Promise<void> => {
    if (reading.admitsByValue) await learn(records)
    const admitted = lease.admit(records)
    if (admitted === undefined) return
    if (!reading.admitsByValue) await learn(admitted.accepted)
    await inSpiteOfFailures(lease, () => store(lease, admitted))
    if (!lease.hasEnded) status.running()
  }

  /** Work on rows that is done again while a store is down, from where the store then is. */
  const inSpiteOfFailures = async (lease: Lease, work: () => Promise<void>): Promise<void> => {
    let hasFailed = false
    const onWait = (error: Error) => {
      hasFailed = true
      status.wait(error)
      follower.forget()
    }
    await patiently(
      async () => {
        if (!hasFailed || (await isWhereItWas(lease))) await work()
      },
      { ...whileDown, onWait },
    )
  }

  const learn = (records: readonly StoredRecord[]) =>
    patiently(() => reading.learn(records), { ...whileDown, against: () => true })

  /** Rows first, then the checkpoint, then word of it. */
  const store = async (lease: Lease, { place, accepted }: Admitted): Promise<void> => {
    if (lease.hasEnded) return
    const stopped = await work.apply(lease, accepted, heldIn(lease))
    await work.reach(lease, checkpointAt(lease, place, stopped))
  }

  /** What operators asked for, as far as groups of this partition still wait for it. */
  const carryOutOpen = async (lease: Lease): Promise<void> => {
    for (const offset of new Set(lease.quarantine().map((group) => group.offset))) {
      const request = letters?.open(lease.partition, offset)
      if (request) await carryOut(lease, request)
    }
  }
  /** A process that is no longer the owner finds another checkpoint than its own, and leaves it alone. */
  const carryOut = async (lease: Lease, request: DeadLetterRequest): Promise<void> => {
    await inSpiteOfFailures(lease, async () => {
      if (!lease.hasEnded && (await isWhereItWas(lease))) await redrive?.(lease, request)
    })
    if (!lease.hasEnded) status.running()
  }

  /** After a failure the store may have lost its tail, or have kept what it never acknowledged: then back to it. */
  const isWhereItWas = async (lease: Lease): Promise<boolean> => {
    const found = await checkpoints.read(lease.partition)
    if (isSameCheckpoint(found, lease.checkpoint)) return true
    if (!lease.hasEnded) rewind()
    return false
  }

  const redrive = letters && createRedrive({ log, reading, letters, work, learn, signal })
  letters?.onRequest((request) => {
    const lease = leases.get(request.partition)
    void lease
      ?.inTurn(async () => {
        if (!letters.isAnswered(request)) await carryOut(lease, request)
        // Another process that has the partition too was first; what it let go may still wait here.
        else await carryOutOpen(lease)
      })
      .catch(stopUnlessClosing)
  })

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
  const stopUnlessClosing = (error: Error) => {
    if (!(error instanceof LeaseEnded)) stop(error)
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
    status: () => ({ ...status.current(), quarantined: quarantinedIn(leases) }),
    close: async () => {
      closing.abort(new Error('closing'))
      endAll()
      await started
      await reader?.close()
    },
  }
}

const quarantinedIn = (leases: ReadonlyMap<number, Lease>): number =>
  [...leases.values()].reduce((sum, lease) => sum + (lease.hasEnded ? 0 : lease.quarantine().length), 0)
