import type { Entity } from '@reprise/core/catalogue/entity.ts'
import { type Entities, nameOf } from './catalogue-entities.ts'
import type { JudgedQuery } from './judged-query.ts'

/** A handful of queries on the generated catalogue, for machines without the real one, judged by the same rules. */
export const judgedOnGenerated = ({ all, referred }: Entities): readonly JudgedQuery[] => {
  const idsOf = (entities: readonly Entity[]) => entities.map(({ kind, id }) => `${kind}/${id}`)
  const named = (name: string) => all.filter((entity) => nameOf(entity) === name)
  const by = (artist: string) => (entity: Entity) =>
    entity.kind === 'track' &&
    entity.artists.some(({ artistId }) => referred.artist(artistId)?.name === artist)
  const norwegian = { country: 'no', genre: 'pop' }
  const isNorwegianPop = (entity: Entity) =>
    by('Ødegård')(entity) && entity.kind === 'track' && (entity.facts?.genres.includes('pop') ?? false)
  return [
    judged('exact', 'silver river', idsOf(named('Silver River'))),
    judged('exact', 'Neon Garden, Pt. 3', idsOf(named('Neon Garden, Pt. 3'))),
    judged('prefix', 'silver riv', idsOf(named('Silver River'))),
    judged('typo', 'silvr river', idsOf(named('Silver River'))),
    judged('typo', 'midnihgt motel', idsOf(named('Midnight Motel'))),
    judged('accents and case', 'odegard', idsOf(named('Ødegård'))),
    judged('accents and case', 'ODEGAARD', idsOf(named('Ødegård'))),
    judged('word order', 'motel midnight', idsOf(named('Midnight Motel'))),
    judged('title and artist', 'mara vale midnight river', idsOf(named('Midnight River'))),
    judged('artists', 'lanterns', idsOf(named('The Lanterns'))),
    judged('numbers and punctuation', 'ana and the tides', idsOf(named('Ana & the Tides'))),
    judged('albums', 'kumo vol 3', idsOf(named('Kumo, Vol. 3'))),
    judged('filters', 'odegard', idsOf(all.filter(isNorwegianPop)), norwegian),
  ]
}

const judged = (
  group: string,
  q: string,
  relevant: readonly string[],
  filters: JudgedQuery['filters'] = {},
): JudgedQuery => {
  if (relevant.length === 0) throw new Error(`nothing in the generated catalogue answers ${q}`)
  return { group, q, filters, meant: q, relevant }
}
