import { z } from 'zod'
import { entityIdOf, type EntityKind } from '@reprise/core/catalogue/entity.ts'
import { Problem } from '@reprise/core/problem.ts'
import { createCountReader } from '@reprise/core/readers/count-reader.ts'
import { createRowReader } from '@reprise/core/readers/row-reader.ts'
import { catalogue } from '@reprise/projectors/catalogue.projection.ts'
import { ofAllTime, playTotals } from '@reprise/projectors/play-totals.projection.ts'
import { inBoundedParallel } from '../in-bounded-parallel.ts'
import { query, type AnyQuery } from '../query.ts'
import { idsOf, trackId as catalogueId } from '../request-parts.ts'
import { notesOf, shownBy } from '../shown-positions.ts'
import { shownInAll, type Sources } from '../sources.ts'
import { albumAnswer, artistAnswer, trackAnswer } from './catalogue-answers.ts'

/** Tracks, artists and albums: one by its id, or several at once. */
export const catalogueQueries = (sources: Sources): readonly AnyQuery[] => [
  ...queriesOfKind(sources, { kind: 'track', path: '/v1/tracks', answer: trackAnswer }),
  ...queriesOfKind(sources, { kind: 'artist', path: '/v1/artists', answer: artistAnswer }),
  ...queriesOfKind(sources, { kind: 'album', path: '/v1/albums', answer: albumAnswer }),
]

const views = [catalogue, playTotals]

const queriesOfKind = (
  sources: Sources,
  { kind, path, answer }: { readonly kind: EntityKind; readonly path: string; readonly answer: z.ZodType },
): readonly AnyQuery[] => {
  const entities = createRowReader(sources.rows, catalogue)
  const totals = createCountReader(sources.rows, playTotals)

  const positionsBefore = () => [...shownInAll(sources, catalogue), ...shownInAll(sources, playTotals)]

  /** What the catalogue shows of it, with its counted plays of all time, and the positions of both. */
  const read = async (id: string) => {
    const entity = entityIdOf(kind, id)
    const { positions, note } = notesOf(playTotals.from)
    const [row, counts] = await Promise.all([entities.find({ entity }), totals(entity, [ofAllTime], note)])
    if (row) positions.push({ topic: catalogue.from, partition: 0, offset: row.position })
    const plays = counts.get(ofAllTime)?.get(ofAllTime)?.plays ?? 0
    return { body: row?.value ? { ...row.value.shown, plays } : undefined, positions }
  }

  const several = query({
    path,
    summary: `Up to 100 ${kind}s of the catalogue, with their counted plays`,
    description: 'In the order asked for; ids that the catalogue does not have are left out.',
    isPersonal: false,
    params: z.object({}),
    options: z.strictObject({ ids: idsOf(catalogueId) }),
    answer: z.strictObject({ items: z.array(answer) }),
    views,
    show: async ({ options: { ids } }) => {
      const before = positionsBefore()
      const found = new Map<string, Awaited<ReturnType<typeof read>>>()
      await inBoundedParallel(ids, async (id) => {
        found.set(id, await read(id))
      })
      const items = ids.flatMap((id) => found.get(id)?.body ?? [])
      const positions = [...found.values()].flatMap((each) => each.positions)
      return { body: { items }, positions: shownBy(before, positions) }
    },
  })
  const one = query({
    path: `${path}/:id`,
    summary: `${kind === 'track' ? 'A' : 'An'} ${kind} of the catalogue, with its counted plays`,
    isPersonal: false,
    params: z.object({ id: catalogueId }),
    options: z.strictObject({}),
    answer,
    views,
    show: async ({ params: { id } }) => {
      const before = positionsBefore()
      const { body, positions } = await read(id)
      if (body === undefined) throw new Problem('not-found', `the catalogue has no ${kind} ${id}`)
      return { body, positions: shownBy(before, positions) }
    },
  })
  return [several, one]
}
