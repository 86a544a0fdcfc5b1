import type { Checkpoint } from '@reprise/core/checkpoint.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { DeadLetterRequest } from '@reprise/schemas/generated/events.ts'
import type { Log, LogBatch, Reader, ReaderOptions, StoredRecord } from '@reprise/core/ports/log.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { isSameCheckpoint, type Checkpoints } from './checkpoints.ts'
import type { ProjectionLetters } from './dead-letters.ts'
import { TriedAgain } from './failing.ts'
import { createStatus, type FollowerStatus } from './follower-status.ts'
import { defaultGathering, type Gathering } from './gathering.ts'
import { createLease, type Lease } from './lease.ts'
import { createPartitionWork, heldIn } from './partition-work.ts'
import { patiently } from './patience.ts'
import type { Quarantine } from './quarantine.ts'
import { createRedrive, LeaseEnded } from './redrive.ts'
import { isNotBroken } from './shared-reading/open-patiently.ts'
import type { TopicReading } from './topic-reading.ts'
import { TakenInAgain, type Stay, type StayStart } from './stay.ts'
import { createStoring } from './storing.ts'

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
  /** What becomes of the events of a partition that is begun. */
  readonly begin: (start: StayStart) => Stay<Event>
  /** This is stored, as far as the store knows now: the watermark may be lower than before. */
  readonly applied: (partition: number, reached: Reached, isCurrent: () => boolean) => void
  /** Much may be stored at once: told of each part. */
  readonly onPart?: (partition: number) => void
  /** Where groups that stop are told of, and what is asked about them; missing where none ever stops. */
  readonly letters?: ProjectionLetters
  /** What is remembered of the store may be wrong. */
  readonly forget: () => void
  readonly onLost: (listener: () => void) => void
}

/** What a follower reads with. */
export type Source = {
  readonly log: Log
  readonly codec: EventCodec
  readonly logger: Logger
  readonly gathering?: Gathering | undefined
}

/** A follower at work. */
export type Following = {
  readonly status: () => FollowerStatus
  /** Ends when what is being written is written; what was taken in and isn't stored is read again at the next start. */
  readonly close: () => Promise<void>
}

/** At most this many records are decoded and folded together. */
const pieceRecordsMax = 1_000

/**
 * Follows a topic (law 11): resumes every assigned partition at the checkpoint found in the
 * store, takes in what follows piece by piece, stores it when that is due, and writes a checkpoint after that. Returns
 * at once; faults show in the status and stop this follower alone.
 */
export const followTopic = <Event>(
  follower: Follower<Event>,
  { log, logger, gathering = defaultGathering }: Omit<Source, 'codec'>,
): Following => {
  const { name, reading, checkpoints, letters } = follower
  const { topic } = reading
  const status = createStatus(name, logger)
  const closing = new AbortController()
  const { signal } = closing
  const leases = new Map<number, Lease<Event>>()
  const questions = new Map<number, number>()
  const whileDown = {
    signal,
    against: (error: unknown) => error instanceof StoreUnavailable || error instanceof TriedAgain,
    onWait: status.wait,
  }
  const whileLogAway = { ...whileDown, against: isNotBroken }
  const work = createPartitionWork(follower)
  let reader: Reader | undefined
  let incarnation = ''
  let rewinds = 0

  const endAll = () => {
    for (const lease of leases.values()) lease.end()
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
    leases.get(partition)?.end()
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
    const watermark = checkpoint ? checkpoint.offset + 1 : 0
    const stay = follower.begin({ partition, next: watermark })
    const lease = createLease({ topic, partition, incarnation, checkpoint, admission, stay })
    leases.set(partition, lease)
    follower.applied(partition, { watermark, quarantined: lease.quarantine() }, () => !lease.hasEnded())
    if (lease.quarantine().length > 0) void lease.inTurn(() => carryOutOpen(lease)).catch(stopUnlessClosing)
    return checkpoint?.offset ?? 0
  }

  const onBatch = async ({ partition, records, behind = 0 }: LogBatch): Promise<void> => {
    const lease = leases.get(partition)
    await lease?.inTurn(async () => {
      for (let at = 0; at < records.length && !lease.hasEnded(); at += pieceRecordsMax) {
        const piece = records.slice(at, at + pieceRecordsMax)
        await take(lease, piece)
        await storing.whenDue(lease, records.length - at - piece.length + behind)
      }
    })
  }

  const take = async (lease: Lease<Event>, records: readonly StoredRecord[]): Promise<void> => {
    if (reading.admitsByValue) await learn(records)
    const admitted = lease.admit(records)
    if (admitted === undefined) return
    if (!reading.admitsByValue) await learn(admitted.accepted)
    const { place, accepted } = admitted
    let stopped: Quarantine = []
    await inSpiteOfFailures(lease, async () => {
      if (!lease.hasEnded()) stopped = await work.apply(lease, accepted, heldIn(lease))
    })
    storing.gather(lease, place, accepted.length)
    // What waits is known by the checkpoint.
    if (stopped.length > 0) await storing.withStopped(lease, stopped)
  }

  /** Work on rows that is done again while a store is down, from where the store then is. */
  const inSpiteOfFailures = async (lease: Lease<Event>, work: () => Promise<void>): Promise<void> => {
    let hasFailed = false
    const onWait = (error: Error) => {
      hasFailed = true
      status.wait(error)
      follower.forget()
    }
    await patiently(
      async () => {
        if (!hasFailed || (await isWhereItWas(lease))) await work().catch(unlessTakenInAgain(lease))
      },
      { ...whileDown, onWait },
    )
  }

  const unlessTakenInAgain = (lease: Lease<Event>) => (error: unknown) => {
    if (!(error instanceof TakenInAgain)) throw error
    logger.warn({ follower: name }, `${name} goes back to its checkpoint: ${error.message}`)
    if (!lease.hasEnded()) rewind()
  }

  const storing = createStoring({
    work,
    checkpoints,
    gathering,
    inSpiteOfFailures,
    onStored: status.running,
    onFailure: (error) => stopUnlessClosing(error),
  })

  const learn = (records: readonly StoredRecord[]) =>
    patiently(() => reading.learn(records), { ...whileDown, against: () => true })

  /** What is still to be tried, and what operators asked for, as far as groups of this partition wait for it. */
  const carryOutOpen = async (lease: Lease<Event>): Promise<void> => {
    await inSpiteOfFailures(lease, async () => {
      if (!lease.hasEnded()) await redrive?.tryUntried(lease)
    })
    for (const offset of new Set(lease.quarantine().map((group) => group.offset))) {
      const request = letters?.open(lease.partition, offset)
      if (request) await carryOut(lease, request)
    }
  }
  /** A process that is no longer the owner finds another checkpoint than its own, and leaves it alone. */
  const carryOut = async (lease: Lease<Event>, request: DeadLetterRequest): Promise<void> => {
    await storing.settle(lease)
    await inSpiteOfFailures(lease, async () => {
      if (!lease.hasEnded() && (await isWhereItWas(lease))) await redrive?.carryOut(lease, request)
    })
    if (!lease.hasEnded()) status.running()
  }

  /** After a failure the store may have lost its tail, or have kept what it never acknowledged: then back to it. */
  const isWhereItWas = async (lease: Lease<Event>): Promise<boolean> => {
    const found = await checkpoints.read(lease.partition)
    // Nothing says whether what was stored past the checkpoint is still there.
    if (isSameCheckpoint(found, lease.checkpoint) && lease.pastCheckpoint === undefined) return true
    if (!lease.hasEnded()) rewind()
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
    incarnation = await patiently(() => log.incarnation(), whileLogAway)
    const seen = rewinds
    const readerOptions: ReaderOptions = {
      topic,
      group: follower.group,
      inTurns: true,
      resumeAt,
      onBatch: (batch) => onBatch(batch).catch(rethrowUnlessClosing),
      onAssigned: (partitions) => {
        for (const [partition, lease] of leases) if (!partitions.includes(partition)) lease.end()
        status.running()
      },
      onStopped: stop,
    }
    reader = await patiently(() => log.read(readerOptions), whileLogAway)
    if (seen !== rewinds) reader.rewind()
  }
  const rethrowUnlessClosing = (error: Error) => {
    if (!signal.aborted) throw error
  }
  const stopUnlessClosing = (error: Error) => {
    if (!(error instanceof LeaseEnded)) stop(error)
  }

  follower.onLost(() => {
    if (status.current().state === 'stopped') return
    if (signal.aborted) {
      endAll()
      return
    }
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
      await Promise.all([...leases.values()].map((lease) => lease.inTurn(() => storing.leave(lease))))
      endAll()
      await started
      await reader?.close()
    },
  }
}

const quarantinedIn = (leases: ReadonlyMap<number, Pick<Lease, 'hasEnded' | 'quarantine'>>): number =>
  [...leases.values()].reduce((sum, lease) => sum + (lease.hasEnded() ? 0 : lease.quarantine().length), 0)
