import type { ProjectionProgress } from '@reprise/schemas/generated/events.ts'
import { isAmong } from '@reprise/core/quarantine.ts'
import type { AnyProjection } from '@reprise/core/projection.ts'
import { dueOf, doubt, type Entry, forgetStored, takeWord, unknownEntry } from './entry.ts'
import type { StoredCheckpoint } from './stored-checkpoint.ts'
import { createWaiters } from './waiters.ts'

/** What is known of a view here: one version of a projection. */
export type View = Pick<AnyProjection, 'name' | 'version' | 'from' | 'store'>

/** How far views are, as far as their stores bear it out. */
export type Watermarks = {
  /** Takes what a projector has published. */
  readonly observe: (progress: ProjectionProgress) => void
  /** Every record of the partition below it is visible in the view; 0 when nothing is known. */
  readonly of: (view: View, partition: number) => number
  /**
   * The group that stopped at or before a record of the partition, among those named (see `isAmong`), or among all. It
   * misses that record, though the watermark may have passed it.
   */
  readonly stoppedBefore: (view: View, partition: number, stops: Stops) => string | undefined
  /** Resolves when the watermark has passed the offset, or may have; at the deadline at the latest. */
  readonly passing: (view: View, partition: number, offset: number, deadline: number) => Promise<void>
  /** Call it before reading the view's checkpoint, and what it answers with what was read. */
  readonly judging: (view: View, partition: number) => (stored: number, offset: number) => Verdict
  /** Law 11: the stores of these views were lost; nothing that was known of them holds. */
  readonly forget: (views: readonly View[]) => void
  /** Grows whenever something was forgotten: an answer read meanwhile may be older than it seemed. */
  readonly losses: () => number
  readonly close: () => void
}

/** A record, and the names of the groups that are asked for; all without them. */
export type Stops = { readonly offset: number; readonly groups: readonly string[] | undefined }

/**
 * What a stored checkpoint says of the record at an offset that is believed to be visible. `shown`: it is, if it still is
 * believed. `doubtful`: no more believed until the store has it. `back`: the checkpoint was seen higher, so the view was
 * dropped, or the store lost rows.
 */
export type Verdict = 'shown' | 'doubtful' | 'back'

type Options = {
  /** By a clock that never goes back. */
  readonly now?: () => number
  /** Whether all that was published before the start was observed; nothing is trusted before. */
  readonly isCaughtUp?: () => boolean
}

type Known = {
  readonly view: View
  readonly entries: Map<number, Entry>
  confirming: Promise<void> | undefined
  timer: NodeJS.Timeout | undefined
}

const retryMs = 250
const atOnce = 32

/**
 * Published progress is believed once the view's own store has a checkpoint that reaches what was published when it was
 * first asked: a projector may have published it before the store lost its tail, and this process may have started after
 * that. From then on, until the store is lost again, whatever is published is believed at once, since the checkpoint of
 * rows follows later (ADR 14). One that went back, or doesn't follow, ends that.
 */
export const createWatermarks = (
  views: readonly View[],
  checkpointOf: StoredCheckpoint,
  { now = () => performance.now(), isCaughtUp = () => true }: Options = {},
): Watermarks => {
  const known = new Map(views.map((view): [string, Known] => [nameOf(view), knownOf(view)]))
  const waiters = createWaiters()
  let losses = 0
  let isClosed = false

  const entryOf = (view: View, partition: number) => known.get(nameOf(view))?.entries.get(partition)
  const believe = (view: View, entry: Entry, watermark: number): void => {
    entry.believed = watermark
    waiters.wake(placeOf(view, entry.partition), watermark)
  }
  const confirm = async ({ view, entries }: Known, { partition }: Entry): Promise<void> => {
    const seen = losses
    const stored = await checkpointOf(view, partition).catch(() => undefined)
    const entry = entries.get(partition)
    if (stored === undefined || entry === undefined || entry.isTrusted || seen !== losses) return
    entry.stored = Math.min(stored.watermark, entry.published)
    if (isCaughtUp()) {
      // Word that was under way when the store was lost has come by now.
      entry.mark ??= entry.published
      entry.isTrusted = stored.watermark >= entry.mark
    }
    believe(view, entry, entry.isTrusted ? entry.published : entry.stored)
  }
  const untrusted = ({ entries }: Known) => [...entries.values()].filter((entry) => !entry.isTrusted)
  const confirmAll = async (about: Known): Promise<void> => {
    const open = untrusted(about)
    for (let at = 0; at < open.length; at += atOnce)
      await Promise.all(open.slice(at, at + atOnce).map((entry) => confirm(about, entry)))
    about.confirming = undefined
    if (untrusted(about).length > 0) later(about)
  }
  const confirmSoon = (about: Known): void => {
    about.confirming ??= Promise.resolve().then(() => confirmAll(about))
  }
  const later = (about: Known): void => {
    if (about.timer !== undefined || isClosed) return
    about.timer = setTimeout(() => {
      about.timer = undefined
      confirmSoon(about)
    }, retryMs).unref()
  }

  return {
    observe: ({ projection: name, version, partition, watermark, quarantined }) => {
      const about = known.get(nameOf({ name, version }))
      if (about === undefined) return
      const entry = about.entries.get(partition) ?? unknownEntry(partition, now())
      about.entries.set(partition, entry)
      takeWord(entry, watermark, now())
      entry.quarantined = quarantined
      if (entry.isTrusted) believe(about.view, entry, watermark)
      // Otherwise the timer does it: progress may come a hundred times a second.
      else if (about.timer === undefined) confirmSoon(about)
    },
    of: (view, partition) => entryOf(view, partition)?.believed ?? 0,
    stoppedBefore: (view, partition, { offset, groups }) =>
      entryOf(view, partition)?.quarantined.find(
        (stopped) => stopped.offset <= offset && (groups === undefined || isAmong(stopped.group, groups)),
      )?.group,
    passing: (view, partition, offset, deadline) =>
      waiters.wait(placeOf(view, partition), offset, deadline - Date.now()),
    judging: (view, partition) => {
      const lossesBefore = losses
      const entry = entryOf(view, partition)
      const before = { stored: entry?.stored ?? 0, due: entry ? dueOf(entry, now()) : 0 }
      return (stored, offset) => {
        const about = known.get(nameOf(view))
        if (entry === undefined || about === undefined || lossesBefore !== losses) return 'doubtful'
        // Others may have seen a higher one since this one was asked for, or the projector have gone back.
        const seen = Math.min(before.stored, entry.stored)
        if (stored < seen) return 'back'
        entry.stored = Math.max(entry.stored, Math.min(stored, entry.published))
        if (stored > offset) return 'shown'
        // One that was never seen can't be seen to go back; and a dropped view may have been rebuilt past it.
        if (seen > 0 && stored >= Math.min(before.due, entry.published)) return 'shown'
        doubt(entry, stored)
        later(about)
        return 'doubtful'
      }
    },
    forget: (lost) => {
      losses++
      for (const about of lost.map((view) => known.get(nameOf(view)))) {
        for (const entry of about?.entries.values() ?? []) forgetStored(entry)
        if (about && about.entries.size > 0) confirmSoon(about)
      }
    },
    losses: () => losses,
    close: () => {
      isClosed = true
      for (const { timer } of known.values()) clearTimeout(timer)
      known.clear()
    },
  }
}

const knownOf = (view: View): Known => ({ view, entries: new Map(), confirming: undefined, timer: undefined })

const nameOf = ({ name, version }: Pick<View, 'name' | 'version'>) => `${name}/${version}`

const placeOf = (view: View, partition: number) => `${nameOf(view)}/${partition}`
