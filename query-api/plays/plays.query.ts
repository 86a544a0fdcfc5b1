import { z } from 'zod'
import { partitionOf } from '@reprise/schemas/partition.ts'
import type { RowOf } from '@reprise/core/columns.ts'
import { type Caller, callerOf } from '@reprise/core/caller.ts'
import type { Positioned } from '@reprise/core/layout/column-name.ts'
import { createRowReader, type RowReader } from '@reprise/core/readers/row-reader.ts'
import { groupNameOf } from '@reprise/core/quarantine.ts'
import { listeningHistory } from '@reprise/projectors/listening-history.projection.ts'
import { cellSchemaOf, schemaOfColumns } from '../column-schema.ts'
import { cursorOf, placeIn } from '../cursor.ts'
import { query } from '../query.ts'
import { cursor, limitUpTo } from '../request-parts.ts'
import { shownBy } from '../shown-positions.ts'
import { shownIn, type Sources } from '../sources.ts'
import { without } from '../without.ts'

type Play = RowOf<typeof listeningHistory.row>
type Place = z.output<ReturnType<typeof placeUpTo>>

/** What the caller has listened to, newest first. */
export const playsQuery = (sources: Sources) => {
  const history = createRowReader(sources.rows, listeningHistory)
  return query({
    path: '/v1/me/plays',
    summary: 'Your listening history, newest first',
    isPersonal: true,
    params: z.object({}),
    options: z.strictObject({ limit: limitUpTo(200, 50), cursor }),
    answer: z.strictObject({ items: z.array(playAnswer), next: z.string().nullable() }),
    views: [listeningHistory],
    groups: ({ caller }) => (caller ? [groupNameOf([caller.userId])] : []),
    show: async ({ options: { limit, cursor: token }, caller }) => {
      const { userId } = callerOf({ caller: caller as Caller })
      const list = { view: listeningHistory, list: [userId] }
      const newest = sources.now() + dayMs
      const after = token === undefined ? undefined : placeIn(list, placeUpTo(newest), token)
      const topic = listeningHistory.from
      const partition = partitionOf(userId, sources.partitions[topic])
      const before = shownIn(sources, listeningHistory, partition)
      const found = await newestPlays(history, { userId, after, limit: limit + 1, newest })
      const page = found.slice(0, limit).map(({ value }) => value)
      const positions = found.map(({ position: offset }) => ({ topic, partition, offset }))
      const last = page.at(-1)
      const next = found.length > limit && last ? cursorOf(list, placeOf(last)) : null
      return { body: { items: page.map(shown), next }, positions: shownBy(before, positions) }
    },
  })
}

/** No play lies before it: the command API refuses them. */
const firstYear = 2000

/** None starts so much later than now: the command API refuses them much earlier. */
const dayMs = 86_400_000

/** Where plays can lie, which bounds how many years are read for it. */
const placeUpTo = (newest: number) =>
  z.object({
    startedAt: z.int().min(Date.UTC(firstYear)).max(newest),
    identity: cellSchemaOf(listeningHistory.row.identity),
  })

const placeOf = ({ startedAt, identity }: Play): Place => ({ startedAt, identity })

const hidden = ['userId', 'year'] as const

const playAnswer = schemaOfColumns(listeningHistory.row, hidden).extend({ artistIds: z.array(z.string()) })

const shown = (play: Play) => ({
  ...without(play, hidden),
  artistIds: JSON.parse(play.artistIds) as readonly string[],
})

/** Years lie in Cassandra partitions of their own. Most pages need one of them; the rest are asked side by side. */
const yearsAtOnce = 9

const newestPlays = async (
  history: RowReader<Play>,
  {
    userId,
    after,
    limit,
    newest,
  }: { userId: string; after: Place | undefined; limit: number; newest: number },
): Promise<readonly Positioned<Play>[]> => {
  const plays: Positioned<Play>[] = []
  const begin = yearOf(after?.startedAt ?? newest)
  for (let year = begin; year >= firstYear && plays.length < limit;) {
    const count = year === begin ? 1 : Math.min(yearsAtOnce, year - firstYear + 1)
    const years = Array.from({ length: count }, (_, at) => year - at)
    const found = await Promise.all(
      years.map((each) => playsOfYear(history, { userId, year: each, limit }, after)),
    )
    plays.push(...found.flat())
    year -= count
  }
  return plays.slice(0, limit)
}

const playsOfYear = async (
  history: RowReader<Play>,
  { userId, year, limit }: { userId: string; year: number; limit: number },
  after: Place | undefined,
): Promise<readonly Positioned<Play>[]> => {
  const isWithin = after !== undefined && yearOf(after.startedAt) === year
  const range = { limit, ...(isWithin && { after: [after.startedAt, after.identity] }) }
  return history.list({ userId, year }, range)
}

const yearOf = (instant: number) => new Date(instant).getUTCFullYear()
