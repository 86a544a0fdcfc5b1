import { type FoldedPart, type FoldedWord, foldText } from './fold-text.ts'

/** Raised when a name is folded otherwise than before: every index of folded names is then filled anew. */
export const foldingVersion = 1

/** What the index knows of a name, folded: see `docs/search.md`. All of it is derived from what is shown. */
export type FoldedName = {
  /** The entity, among all types: the last word on the order of hits. */
  readonly key: string
  /** The name as it stands, in lower case. */
  readonly exact: string
  /** The name in one piece, in each of its spellings. */
  readonly names: readonly string[]
  /** The name without a suffix (`feat. …`, `- Remastered`) or a leading article. */
  readonly bases: readonly string[]
  /** The name without a suffix together with its artists, either first: whoever types both means this. */
  readonly credited: readonly string[]
  /** The words of the name and of the artists. */
  readonly main: string
  /** The words of what it belongs to: an album, a description. */
  readonly more: string
  /** The words of the name without a suffix, and how many there are. */
  readonly base: string
  readonly baseCount: number
  /** Orders hits of the same score and popularity: by type, shorter names first. */
  readonly order: number
}

/** What a hit is called. */
export type Named = {
  readonly key: string
  readonly rank: number
  readonly name: string
  readonly artists: readonly string[]
  readonly more: string
}

/** Longer names are found by their first hundred characters, and by their words. */
const nameLengthMax = 100

/** Folds a name. Pure. */
export const foldedNameOf = ({ key, rank, name, artists, more }: Named): FoldedName => {
  const words = foldText(name)
  const base = baseOf(words, name)
  const folded = artists.map(foldText)
  const bases = [base, withoutArticle(words), withoutArticle(base)]
  const names = piecesOf(words)
  const baseTokens = [...new Set(base.map(tokenOf))]
  return {
    key,
    exact: exactOf(words),
    names,
    bases: without(names, bases.flatMap(piecesOf)),
    credited: creditedOf(base, folded),
    main: tokensOf([...words, ...folded.flat()]),
    more: tokensOf(foldText(more)),
    base: baseTokens.join(' '),
    baseCount: Math.max(1, baseTokens.length),
    order: rank * 1_000 + Math.min(999, words.length),
  }
}

/** The words with their symbols, as one text. */
export const exactOf = (words: readonly FoldedWord[]): string =>
  words
    .map(({ exact }) => exact)
    .join(' ')
    .slice(0, nameLengthMax)

/**
 * The letters and digits of all words in one piece, in each of its spellings, so that spaces and punctuation don't
 * matter: `acdc`. A name without any is its symbols.
 */
export const piecesOf = (words: readonly FoldedWord[]): readonly string[] => {
  const plain = words.map(({ joined }) => joined).join('')
  if (plain === '') return exactOf(words) === '' ? [] : [exactOf(words)]
  const varied = [0, 1].map((at) =>
    words.map(({ joined, variants }) => variants[at] ?? variants[0] ?? joined).join(''),
  )
  return [...new Set([plain, ampersandsAsWords(words), ...varied])].map((each) =>
    each.slice(0, nameLengthMax),
  )
}

const ampersandsAsWords = (words: readonly FoldedWord[]): string =>
  words.map((word) => (isAnd(word) ? 'and' : word.joined)).join('')

/** As people type both: either first, each artist or all of them. */
const creditedOf = (
  words: readonly FoldedWord[],
  artists: readonly (readonly FoldedWord[])[],
): readonly string[] => {
  const all = artists.length > 1 && artists.length <= 4 ? [artists.flat()] : []
  const both = [...artists.slice(0, 5), ...all].flatMap((artist) => [
    [...words, ...artist],
    [...artist, ...words],
  ])
  return words.length === 0 ? [] : [...new Set(both.flatMap((each) => piecesOf(each).slice(0, 2)))]
}

const without = (known: readonly string[], pieces: readonly string[]): readonly string[] =>
  [...new Set(pieces)].filter((piece) => !known.includes(piece))

/** The words before a bracket, a dash between spaces, or a guest: what is left of a title when it is said aloud. */
const baseOf = (words: readonly FoldedWord[], name: string): readonly FoldedWord[] => {
  const end = words.findIndex(
    (word, at) => at > 0 && (/^[([{]/.test(name.slice(word.start)) || isSeparator(word)),
  )
  const base = end > 0 ? words.slice(0, end) : words
  return base.some(({ joined }) => joined !== '') ? base : words
}

const isSeparator = ({ exact }: FoldedWord): boolean =>
  exact === '-' || exact === 'feat.' || exact === 'ft.' || exact === 'feat' || exact === 'featuring'

const withoutArticle = (words: readonly FoldedWord[]): readonly FoldedWord[] =>
  words.length > 1 && ['the', 'a', 'an'].includes(words[0]?.joined ?? '') ? words.slice(1) : words

/** One token per word, for counting which words of a name were typed. */
const tokenOf = (word: FoldedWord): string => word.joined || word.exact

/** Every token by which a query may ask for one of the words. */
const tokensOf = (words: readonly FoldedWord[]): string => [...new Set(words.flatMap(wordTokens))].join(' ')

const wordTokens = (word: FoldedWord): readonly string[] => {
  if (word.parts.length === 0) return isAnd(word) ? [word.exact, 'and'] : [word.exact]
  const joined = word.parts.length > 1 && word.joined.length <= 40 ? [word.joined] : []
  const and = isAnd(word) || word.exact.includes('&') ? ['and'] : []
  return [...word.parts.flatMap(partTokens), ...joined, ...word.variants, ...and]
}

/** `&`, `+` and the n of Guns N' Roses are said `and`. */
const isAnd = ({ joined, exact }: FoldedWord): boolean => joined === 'n' || exact === '&' || exact === '+'

/** Scripts without spaces are found by any stretch of characters: by pairs of neighbours. */
const partTokens = (part: FoldedPart): readonly string[] =>
  part.isDense ? [...part.characters.map(({ plain }) => plain), ...pairsOf(part)] : [part.text]

/** The pairs of neighbouring characters of a dense part. */
export const pairsOf = ({ characters }: FoldedPart): readonly string[] =>
  characters.slice(1).map(({ plain }, at) => `${characters[at]?.plain ?? ''}${plain}`)
