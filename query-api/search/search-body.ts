import type { Caller } from '@reprise/core/caller.ts'
import { presentOnly } from '@reprise/core/layout/document-layout.ts'
import type { AskedText } from './asked-words.ts'
import { type Clause, matchingOf, type Step } from './search-clauses.ts'
import type { SearchedType, SearchOptions } from './search-request.ts'

/** What is searched for, and among what. */
export type Sought = {
  readonly asked: AskedText
  readonly filters: readonly Clause[]
  readonly step: Step
  readonly size: number
}

/** The body of a search. */
export const searchBodyOf = ({ asked, filters, step, size }: Sought) => ({
  query: { bool: { must: [matchingOf(asked, step)], filter: filters } },
  sort: order,
  track_total_hits: 10_000,
  size,
  _source: { excludes: ['folded', '*_'] },
})

/** Better matches first, then more popular ones; then a total order, so that a page begins where the one before ended. */
const order = [
  { _score: 'desc' },
  { popularity: { order: 'desc', missing: -1, unmapped_type: 'byte' } },
  { 'folded.order': 'asc' },
  { 'folded.key': 'asc' },
] as const

/** Filters by what is asked for and by whom. What lacks a fact is left out where that fact is asked for. */
export const filtersOf = (options: Partial<SearchOptions>, caller: Caller | undefined): readonly Clause[] => {
  const { type = [], country, genre, year, kind } = options
  return [
    presentOnly,
    amongTypes(type, caller),
    ...(country === undefined ? [] : [{ term: { countries: country } }]),
    ...(genre === undefined ? [] : [{ term: { genres: { value: genre, case_insensitive: true } } }]),
    ...(year === undefined ? [] : [{ range: { year: { gte: year.from, lte: year.to } } }]),
    ...(kind === undefined ? [] : [{ term: { kind } }]),
  ]
}

/** Playlists have no type; others have no visibility. */
const amongTypes = (types: readonly SearchedType[], caller: Caller | undefined): Clause => ({
  bool: {
    should: [
      { terms: { type: types.filter((type) => type !== 'playlist') } },
      ...(types.includes('playlist') ? visibleTo(caller) : []),
    ],
    minimum_should_match: 1,
  },
})

const visibleTo = (caller: Caller | undefined): readonly Clause[] => [
  { term: { visibility: 'public' } },
  ...(caller ? [{ term: { ownerId: caller.userId } }] : []),
]
