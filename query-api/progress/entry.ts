import type { ProjectionProgress } from '@reprise/schemas/generated/events.ts'

/** What is known of a view in one partition. */
export type Entry = {
  readonly partition: number
  published: number
  quarantined: ProjectionProgress['quarantined']
  believed: number
  isTrusted: boolean
  /** What the store must reach for trust: what had been published when it was lost. Undefined until it is asked. */
  mark: number | undefined
  /** The highest checkpoint that was seen in the store since it was last lost. */
  stored: number
  /** When the newest word came, and an older one, at least `lateMs` before the one that will take its place. */
  publishedAt: number
  aging: { readonly watermark: number; readonly at: number }
  /** Its checkpoint is overdue if the store hasn't got it. */
  due: number
}

/** A checkpoint follows its rows within a second (ADR 14). One that is missing for so long is not just late. */
const lateMs = 5_000

/** An entry of which nothing is known. */
export const unknownEntry = (partition: number, at: number): Entry => ({
  partition,
  published: 0,
  quarantined: [],
  believed: 0,
  isTrusted: false,
  mark: undefined,
  stored: 0,
  publishedAt: at,
  aging: { watermark: 0, at },
  due: 0,
})

/** Takes published progress. A lower one says that the projector went back to what it found in the store. */
export const takeWord = (entry: Entry, watermark: number, at: number): void => {
  if (watermark < entry.published) {
    entry.due = Math.min(entry.due, watermark)
    entry.stored = Math.min(entry.stored, watermark)
    entry.aging = { watermark: Math.min(entry.aging.watermark, watermark), at: entry.aging.at }
    if (entry.mark !== undefined) entry.mark = Math.min(entry.mark, watermark)
  } else entry.due = dueOf(entry, at)
  if (at - entry.aging.at >= lateMs) entry.aging = { watermark, at }
  entry.published = watermark
  entry.believed = Math.min(entry.believed, watermark)
  entry.publishedAt = at
}

/** What the stored checkpoint must have reached by now if the projector's word is true. */
export const dueOf = ({ due, aging, published, publishedAt }: Entry, at: number): number => {
  if (at - publishedAt >= lateMs) return published
  return at - aging.at >= lateMs ? Math.max(due, aging.watermark) : due
}

/** Takes away what is believed past the checkpoint, until the store reaches what is published now. */
export const doubt = (entry: Entry, stored: number): void => {
  if (entry.isTrusted) entry.mark = entry.published
  entry.isTrusted = false
  entry.believed = Math.min(stored, entry.believed)
}

/** The store was lost: nothing that was seen in it holds. */
export const forgetStored = (entry: Entry): void => {
  entry.isTrusted = false
  entry.mark = undefined
  entry.believed = 0
  entry.stored = 0
  entry.due = 0
}
