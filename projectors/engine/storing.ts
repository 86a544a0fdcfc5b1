import { createBeats, nextBeat } from './beats.ts'
import type { Checkpoints } from './checkpoints.ts'
import { dueAt, type Gathering } from './gathering.ts'
import type { Admitted, Lease } from './lease.ts'
import { checkpointAt, type PartitionWork } from './partition-work.ts'
import type { Quarantine } from './quarantine.ts'

/** Stores what was taken in of partitions when that is due: rows first, then the checkpoint, then word of it. */
export type Storing<Event> = {
  /** These were taken in, up to here. */
  readonly gather: (lease: Lease<Event>, place: Admitted['place'], records: number) => void
  /** Stores what was gathered, `behind` records before the partition's end, or sees to it later. */
  readonly whenDue: (lease: Lease<Event>, behind: number) => Promise<void>
  /** Stores what was gathered, with a checkpoint that knows these groups too. */
  readonly withStopped: (lease: Lease<Event>, stopped: Quarantine) => Promise<void>
  /** Stores what was gathered: the checkpoint says all that was taken in. */
  readonly settle: (lease: Lease<Event>) => Promise<void>
  /** Writes the checkpoint of what is stored, if the store takes it at once: the next start is spared the rest. */
  readonly leave: (lease: Lease<Event>) => Promise<void>
}

type Options<Event> = {
  readonly work: PartitionWork<Event>
  readonly checkpoints: Pick<Checkpoints, 'confirm'>
  readonly gathering: Gathering
  /** Does work on the store, again while it is down. */
  readonly inSpiteOfFailures: (lease: Lease<Event>, work: () => Promise<void>) => Promise<void>
  readonly onStored: () => void
  /** Told why what was to be stored later couldn't be. */
  readonly onFailure: (error: Error) => void
}

/** See {@link Storing}; what is stored later takes the lease's turn. */
export const createStoring = <Event>(options: Options<Event>): Storing<Event> => {
  const { work, checkpoints, gathering, inSpiteOfFailures, onStored, onFailure } = options
  const beats = createBeats()
  const isCheckpointLate = gathering.msCheckpoint > 0 && checkpoints.confirm !== undefined

  const atBeat = (moment: number, lease: Lease<Event>, later: () => Promise<void>) =>
    beats.at(moment, () => void lease.inTurn(later).catch(onFailure))

  const store = async (lease: Lease<Event>, stopped: Quarantine = []): Promise<void> => {
    await inSpiteOfFailures(lease, async () => {
      if (lease.hasEnded() || lease.gathered === undefined) return
      const { place } = lease.gathered
      await work.store(lease)
      // A quarantine is known by its checkpoint.
      if (isCheckpointLate && stopped.length === 0) passCheckpoint(lease, place)
      else await work.reach(lease, checkpointAt(lease, place, stopped))
    })
    lease.gathered = undefined
    if (!lease.hasEnded()) onStored()
  }
  const passCheckpoint = (lease: Lease<Event>, place: Admitted['place']) => {
    if (lease.pastCheckpoint === undefined)
      atBeat(nextBeat(performance.now(), gathering.msCheckpoint), lease, () => writeLate(lease))
    lease.pastCheckpoint = place
    work.tell(lease, place)
  }
  const writeCheckpoint = async (lease: Lease<Event>): Promise<void> => {
    if (lease.pastCheckpoint === undefined || lease.hasEnded()) return
    await work.mark(lease, checkpointAt(lease, lease.pastCheckpoint))
  }
  const writeLate = (lease: Lease<Event>) => inSpiteOfFailures(lease, () => writeCheckpoint(lease))

  return {
    gather: (lease, place, records) => {
      const before = lease.gathered ?? { records: 0, since: performance.now(), dueAt: Infinity }
      lease.gathered = { ...before, place, records: before.records + records }
    },
    whenDue: async (lease, behind) => {
      const at = dueAt(lease, behind, gathering)
      if (at <= performance.now()) await store(lease)
      else if (lease.gathered && at < lease.gathered.dueAt) {
        // Nothing may come after it for long, or at all.
        const { since } = lease.gathered
        lease.gathered = { ...lease.gathered, dueAt: at }
        atBeat(at, lease, async () => {
          if (lease.gathered?.since === since) await store(lease)
        })
      }
    },
    withStopped: store,
    settle: async (lease) => {
      if (lease.gathered) await store(lease)
      await writeLate(lease)
    },
    leave: (lease) => writeCheckpoint(lease).catch(() => undefined),
  }
}
