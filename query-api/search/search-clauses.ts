import { type Alternative, type AskedText, type AskedWord, slipsMaxOf } from './asked-words.ts'

/** A clause of OpenSearch's query language. */
export type Clause = Readonly<Record<string, unknown>>

/** How a search goes about it: first precisely; then, when that finds too little, with slips of the finger. */
export type Step = 'precise' | 'fuzzy'

/**
 * Scores are whole numbers, so their sums are exact: the same document has the same score in every index, whatever
 * else is in it. A tier weighs more than anything below it.
 */
export const tiers = {
  exact: 40_000,
  name: 30_000,
  credited: 28_000,
  base: 20_000,
  slip: 12_000,
  beginning: 10_000,
  creditedBeginning: 9_000,
  slips: 7_000,
  creditedSlip: 6_000,
  slippedBase: 5_000,
  covered: 500,
} as const

/** What a word adds where it stands: in the name or an artist's, or in what it belongs to. */
const worth = { main: 24, more: 12 } as const

/** The names that answer `asked`, scored. */
export const matchingOf = (asked: AskedText, step: Step): Clause => ({
  bool: {
    should: [{ dis_max: { queries: tiersOf(asked, step) } }, wordsClause(asked, step)],
    minimum_should_match: 1,
  },
})

const tiersOf = ({ exact, pieces }: AskedText, step: Step): readonly Clause[] => [
  scored(tiers.exact, { term: { 'folded.exact': exact } }),
  scored(tiers.name, { terms: { 'folded.names': pieces } }),
  scored(tiers.credited, { terms: { 'folded.credited': pieces } }),
  scored(tiers.base, { terms: { 'folded.bases': pieces } }),
  ...pieces.flatMap((piece) => [
    scored(tiers.beginning, beginning('names', piece)),
    scored(tiers.creditedBeginning, beginning('credited', piece)),
  ]),
  ...(step === 'fuzzy' ? pieces.slice(0, 1).flatMap(slipsOf) : []),
]

/** Whole names with a slip or two. */
const slipsOf = (piece: string): readonly Clause[] => {
  const edits = slipsMaxOf(piece)
  if (edits === 0) return []
  return [
    scored(edits === 1 ? tiers.slip : tiers.slips, slipped('names', piece, edits)),
    scored(tiers.creditedSlip, slipped('credited', piece, 1)),
    scored(tiers.slippedBase, slipped('bases', piece, 1)),
  ]
}

/** Every word that isn't optional somewhere; when slips are allowed and there are three or more, all but one. */
const wordsClause = ({ words }: AskedText, step: Step): Clause => {
  const required = words.filter(({ isOptional }) => !isOptional)
  const optional = words.filter(({ isOptional }) => isOptional)
  const missing = step === 'fuzzy' && required.length > 2 ? 1 : 0
  const found = required.map((word) => wordClause(word, step))
  return {
    bool: {
      must: [{ bool: { should: found, minimum_should_match: required.length - missing } }],
      should: [...optional.map((word) => wordClause(word, 'precise')), coveredBy(words)],
    },
  }
}

/** Names whose every word was typed come before those with more. */
const coveredBy = (words: readonly AskedWord[]): Clause =>
  scored(tiers.covered, {
    terms_set: {
      'folded.base': { terms: words.map(({ text }) => text), minimum_should_match_field: 'folded.baseCount' },
    },
  })

const wordClause = (word: AskedWord, step: Step): Clause => ({
  dis_max: {
    queries: [
      ...word.alternatives.flatMap(alternativeClauses),
      ...(step === 'fuzzy' ? slippedWord(word) : []),
    ],
  },
})

const alternativeClauses = ({ tokens, isBeginning }: Alternative): readonly Clause[] => {
  const part = tokens.length
  const clauses = tokens.map((token, at) => tokenClauses(token, isBeginning && at === part - 1, part))
  return part === 1 ? (clauses[0] ?? []) : [{ bool: { must: clauses.map(bestOf) } }]
}

const bestOf = (queries: readonly Clause[]): Clause => ({ dis_max: { queries } })

/** Several tokens share what a word is worth. A beginning is worth a little less than the whole word. */
const tokenClauses = (token: string, isBeginning: boolean, part: number): readonly Clause[] =>
  (['main', 'more'] as const).flatMap((field) => {
    const score = Math.max(2, Math.floor(worth[field] / part))
    const whole = scored(score, { term: { [`folded.${field}`]: token } })
    const begun = scored(score - 1, beginning(field, token))
    return isBeginning ? [whole, begun] : [whole]
  })

/** Any word may also be unfinished. */
const slippedWord = ({ text, slipsMax }: AskedWord): readonly Clause[] => {
  if (text.length < 3) return []
  const begun = scored(worth.main - 10, beginning('main', text))
  if (slipsMax === 0) return [begun]
  return [begun, scored(worth.main - slipsMax * 4, slipped('main', text, slipsMax))]
}

/** Two slips leave the first letter as it is: without that, half the dictionary is looked at. */
const slipped = (field: string, value: string, edits: number): Clause => ({
  fuzzy: { [`folded.${field}`]: { value, fuzziness: edits, prefix_length: edits - 1, max_expansions: 50 } },
})

const beginning = (field: string, value: string): Clause => ({ prefix: { [`folded.${field}`]: { value } } })

const scored = (boost: number, filter: Clause): Clause => ({ constant_score: { filter, boost } })
