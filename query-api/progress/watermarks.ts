import type { ProjectionProgress } from '@reprise/schemas/generated/events.ts'
import { isAmong } from '@reprise/core/quarantine.ts'
import type { AnyProjection } from '@reprise/core/projection.ts'
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
  /** Law 11: the stores of these views were lost; nothing that was known of them holds. */
  readonly forget: (views: readonly View[]) => void
  /** Grows whenever something was forgotten: an answer read meanwhile may be older than it seemed. */
  readonly losses: () => number
  readonly close: () => void
}

/** A record, and the names of the groups that are asked for; all without them. */
export type Stops = { readonly offset: number; readonly groups: readonly string[] | undefined }

type Entry = {
  readonly partition: number
  published: number
  quarantined: ProjectionProgress['quarantined']
  believed: number
  isTrusted: boolean
}
type Known = {
  readonly view: View
  readonly entries: Map<number, Entry>
  confirming: Promise<void> | undefined
}

const retryMs = 250
const atOnce = 32

/**
 * Published progress is believed once the view's own store has a checkpoint that reaches as far: a projector may have
 * published it before the store lost its tail, and this process may have started after that. From then on, until the
 * store is lost again, whatever is published is believed at once.
 */
export const createWatermarks = (views: readonly View[], checkpointOf: StoredCheckpoint): Watermarks => {
  const known = new Map(views.map((view): [string, Known] => [nameOf(view), knownOf(view)]))
  const waiters = createWaiters()
  const timers = new Set<NodeJS.Timeout>()
  let losses = 0

  const believe = (view: View, entry: Entry, watermark: number): void => {
    entry.believed = watermark
    waiters.wake(placeOf(view, entry.partition), watermark)
  }
  const confirm = async ({ view, entries }: Known, { partition }: Entry): Promise<void> => {
    const seen = losses
    const stored = await checkpointOf(view, partition).catch(() => undefined)
    const entry = entries.get(partition)
    if (stored === undefined || entry === undefined || entry.isTrusted || seen !== losses) return
    entry.isTrusted = stored.watermark >= entry.published
    believe(view, entry, Math.min(stored.watermark, entry.published))
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
    const timer = setTimeout(() => {
      timers.delete(timer)
      confirmSoon(about)
    }, retryMs)
    timers.add(timer.unref())
  }

  return {
    observe: ({ projection: name, version, partition, watermark, quarantined }) => {
      const about = known.get(nameOf({ name, version }))
      if (about === undefined) return
      const entry = about.entries.get(partition) ?? unknownEntry(partition)
      about.entries.set(partition, entry)
      entry.published = watermark
      entry.quarantined = quarantined
      if (entry.isTrusted) believe(about.view, entry, watermark)
      else confirmSoon(about)
    },
    of: (view, partition) => known.get(nameOf(view))?.entries.get(partition)?.believed ?? 0,
    stoppedBefore: (view, partition, { offset, groups }) =>
      known
        .get(nameOf(view))
        ?.entries.get(partition)
        ?.quarantined.find(
          (stopped) => stopped.offset <= offset && (groups === undefined || isAmong(stopped.group, groups)),
        )?.group,
    passing: (view, partition, offset, deadline) =>
      waiters.wait(placeOf(view, partition), offset, deadline - Date.now()),
    forget: (lost) => {
      losses++
      for (const about of lost.map((view) => known.get(nameOf(view)))) {
        for (const entry of about?.entries.values() ?? []) {
          entry.believed = 0
          entry.isTrusted = false
        }
        if (about && about.entries.size > 0) confirmSoon(about)
      }
    },
    losses: () => losses,
    close: () => {
      for (const timer of timers) clearTimeout(timer)
      known.clear()
    },
  }
}

const knownOf = (view: View): Known => ({ view, entries: new Map(), confirming: undefined })

const unknownEntry = (partition: number): Entry => ({
  partition,
  published: 0,
  quarantined: [],
  believed: 0,
  isTrusted: false,
})

const nameOf = ({ name, version }: Pick<View, 'name' | 'version'>) => `${name}/${version}`

const placeOf = (view: View, partition: number) => `${nameOf(view)}/${partition}`
