import { z } from 'zod'
import { type Counts, createCountReader } from '@reprise/core/readers/count-reader.ts'
import { groupNameOf } from '@reprise/core/quarantine.ts'
import { slotParts, songCounts } from '@reprise/projectors/song-counts.projection.ts'
import { query } from '../query.ts'
import { idsOf, trackId } from '../request-parts.ts'
import { notesOf, shownBy } from '../shown-positions.ts'
import { shownInAll, type Sources } from '../sources.ts'
import { type CountWindow, windowAt, windows } from './count-window.ts'

/** Counted plays and skips of one song, or of several at once. */
export const trackCountsQueries = (sources: Sources) => {
  const read = createCountReader(sources.rows, songCounts)
  const countsOf = async (id: string, window: CountWindow, country: string | undefined) => {
    const { positions, note } = notesOf(songCounts.from)
    const counts = await read(id, window.days, note)
    return { counts: { trackId: id, ...summed(counts, window, country) }, positions }
  }

  const several = query({
    path: '/v1/tracks/counts',
    summary: 'Counted plays and skips of up to 100 songs',
    description: windowsExplained,
    isPersonal: false,
    params: z.object({}),
    options: windowOptions({ ids: idsOf(trackId) }),
    answer: z.strictObject({ ...windowAnswer, items: z.array(z.strictObject(countsAnswer)) }),
    views: [songCounts],
    groups: ({ options }) => options.ids.map((id) => groupNameOf([id])),
    show: async ({ options: { ids, window: name, from, country } }) => {
      const before = shownInAll(sources, songCounts)
      const window = windowAt(name, from ?? sources.now())
      const found = await Promise.all(ids.map((id) => countsOf(id, window, country)))
      const positions = found.flatMap((each) => each.positions)
      const items = found.map(({ counts }) => counts)
      return { body: { ...named(window, country), items }, positions: shownBy(before, positions) }
    },
  })

  const one = query({
    path: '/v1/tracks/:trackId/counts',
    summary: 'Counted plays and skips of a song',
    description: windowsExplained,
    isPersonal: false,
    params: z.object({ trackId }),
    options: windowOptions({}),
    answer: z.strictObject({ ...windowAnswer, ...countsAnswer }),
    views: [songCounts],
    groups: ({ params }) => [groupNameOf([params.trackId])],
    show: async ({ params, options: { window: name, from, country } }) => {
      const before = shownInAll(sources, songCounts)
      const window = windowAt(name, from ?? sources.now())
      const { counts, positions } = await countsOf(params.trackId, window, country)
      return { body: { ...named(window, country), ...counts }, positions: shownBy(before, positions) }
    },
  })
  return [several, one]
}

const windowsExplained =
  'Windows lie in occurred time, UTC: the hour, day or week (from Monday) in which `from` lies, now if not given. ' +
  'A song that nobody has played has counts of 0.'

const instant = z.union([
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  z.iso.date().transform((text) => Date.parse(text)),
  z
    .string()
    .regex(/^\d{1,14}$/, 'must be an instant (ISO 8601) or milliseconds since 1970')
    .transform(Number),
])

const windowOptions = <More extends z.ZodRawShape>(more: More) =>
  z
    .strictObject({
      ...more,
      window: z.enum(windows).default('all'),
      country: z
        .string()
        .regex(/^([A-Z]{2}|--)$/, 'must be an ISO 3166-1 alpha-2 code in capitals, or -- for unknown')
        .optional(),
      from: instant.optional(),
    })
    .refine((value) => (value as { window: string; from?: number }).window !== 'all' || !('from' in value), {
      message: 'all time has no from; leave it out or name another window',
      path: ['from'],
    })

const windowAnswer = {
  window: z.enum(windows),
  from: z.int().nullable(),
  to: z.int().nullable(),
  country: z.string().nullable(),
}

const countsAnswer = { trackId: z.string(), plays: z.int(), skips: z.int(), skipsUnder30s: z.int() }

const named = ({ window, from, to }: CountWindow, country: string | undefined) => ({
  window,
  from,
  to,
  country: country ?? null,
})

const summed = (
  counts: Counts<typeof songCounts.row>,
  { hour }: CountWindow,
  country: string | undefined,
): { readonly plays: number; readonly skips: number; readonly skipsUnder30s: number } => {
  const total = { plays: 0, skips: 0, skipsUnder30s: 0 }
  for (const slots of counts.values())
    for (const [slot, sums] of slots) {
      const part = slotParts(slot)
      if ((hour !== undefined && part.hour !== hour) || (country !== undefined && part.country !== country))
        continue
      total.plays += sums.plays
      total.skips += sums.skips
      total.skipsUnder30s += sums.skipsUnder30s
    }
  return total
}
