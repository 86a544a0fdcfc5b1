import { exactOf, pairsOf, piecesOf } from '@reprise/core/search/folded-name.ts'
import { type FoldedWord, foldText } from '@reprise/core/search/fold-text.ts'

/** One way in which a name may contain a word: all of these tokens. The last one may be only a beginning. */
export type Alternative = { readonly tokens: readonly string[]; readonly isBeginning: boolean }

/** A word of the query. */
export type AskedWord = {
  /** In its plainest form. */
  readonly text: string
  readonly alternatives: readonly Alternative[]
  /** Not every name has it: `and`, `feat.`, `by`, symbols among words. */
  readonly isOptional: boolean
  /** How many slips of the finger may have gone into it. */
  readonly slipsMax: 0 | 1 | 2
}

/** What is asked for, folded as names are. */
export type AskedText = {
  readonly exact: string
  readonly pieces: readonly string[]
  readonly words: readonly AskedWord[]
}

/** More words than any title needs; the rest is left to the comparison of whole names. */
const wordsMax = 16

/** Takes a query apart as names were. Its last word may be unfinished. Pure and total. */
export const askedTextOf = (q: string): AskedText => {
  const folded = foldText(q)
  const distinct = folded.filter((word, at) => isNew(folded, word, at)).slice(0, wordsMax)
  const required = distinct.filter((word) => word.joined !== '' && !fillers.has(word.joined))
  return {
    exact: exactOf(folded),
    pieces: [...new Set([...piecesOf(folded), ...piecesOf(required)])],
    words: distinct.map((word) => ({
      text: word.joined || word.exact,
      alternatives: alternativesOf(word, folded),
      isOptional: required.length > 0 && !required.includes(word),
      slipsMax: word.parts.some(({ isDense }) => isDense) ? 0 : slipsMaxOf(word.joined),
    })),
  }
}

/**
 * How many slips may go into a text: none into a short one, which would be another word, and none into one so long that
 * comparing it is dear.
 */
export const slipsMaxOf = ({ length }: string): 0 | 1 | 2 =>
  length < 4 || length > 40 ? 0 : length < 8 ? 1 : 2

/** Words that people put between a title and a name. */
const fillers = new Set(['and', 'feat', 'ft', 'featuring', 'by', 'with', 'n'])

const isNew = (words: readonly FoldedWord[], { exact }: FoldedWord, at: number): boolean =>
  words.findLastIndex((other) => other.exact === exact) === at

const alternativesOf = (word: FoldedWord, all: readonly FoldedWord[]): readonly Alternative[] => {
  const at = all.indexOf(word)
  const isBeginning = at === all.length - 1
  if (word.joined === '') return symbolsOf(word)
  const tokens = [...new Set(word.parts.flatMap(partTokens))].slice(0, tokensMax)
  const apart = { tokens, isBeginning: isBeginning && tokens.length < tokensMax }
  const written = [word.joined, ...word.variants].map((token) => ({ tokens: [token], isBeginning }))
  const before = all[at - 1]
  const after = all[at + 1]
  const together = [
    ...(before?.joined ? [{ tokens: [before.joined + word.joined], isBeginning }] : []),
    ...(after?.joined
      ? [{ tokens: [word.joined + after.joined], isBeginning: at + 1 === all.length - 1 }]
      : []),
  ]
  return distinctOf([apart, ...written, ...(word.joined === 'n' ? [and] : []), ...together])
}

/** So many pieces of a word tell it from any other. */
const tokensMax = 24

const and: Alternative = { tokens: ['and'], isBeginning: false }

const symbolsOf = ({ exact }: FoldedWord): readonly Alternative[] => [
  { tokens: [exact], isBeginning: false },
  ...(exact === '&' || exact === '+' ? [and] : []),
]

const partTokens = (part: FoldedWord['parts'][number]): readonly string[] =>
  part.isDense && part.characters.length > 1 ? pairsOf(part) : [part.text]

const distinctOf = (alternatives: readonly Alternative[]): readonly Alternative[] => {
  const keys = alternatives.map(({ tokens }) => tokens.join(' '))
  return alternatives.filter((_, at) => keys.indexOf(keys[at] ?? '') === at)
}
