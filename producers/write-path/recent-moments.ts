import type { Mark, Moment } from './snapshot-store.ts'

/** Ids are read again from so long before a mark: what keys need (two minutes), and a while to take over. */
const recentMs = 240_000
/**
 * And from no farther back than this, however fast they came: a second or two of reading. Where more came in two minutes,
 * new keys are looked up for as long after a take-over.
 */
const recentRecordsMax = 100_000

/** The moments at which a partition was stored lately. */
export const createMoments = (mark: Mark | undefined) => {
  let moments: Moment[] = mark
    ? [mark.recent, { offset: mark.offset, recordedAt: mark.recordedAt }]
    : [{ offset: 0, recordedAt: 0 }]
  return {
    /** The moment to read ids again from, for a mark that is set now. */
    before: ({ offset, recordedAt }: Moment): Moment => {
      const isFar = (moment: Moment | undefined) =>
        moment !== undefined &&
        (moment.recordedAt < recordedAt - recentMs || moment.offset < offset - recentRecordsMax)
      while (isFar(moments[0]) && isFar(moments[1])) moments = moments.slice(1)
      moments.push({ offset, recordedAt })
      const [first, second] = moments
      const isTooLong = first !== undefined && first.offset < offset - recentRecordsMax
      return isTooLong && second ? second : (first ?? { offset, recordedAt })
    },
  }
}
