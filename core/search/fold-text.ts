import { foldCharacter, type FoldedCharacter } from './fold-character.ts'

/** A stretch of letters inside a word, or of characters of a script without spaces. */
export type FoldedPart = {
  readonly text: string
  readonly start: number
  readonly end: number
  readonly isDense: boolean
  /** The characters of a dense part, each with where it stands. */
  readonly characters: readonly FoldedAt[]
}

/** A folded character and where it stands in the original text, in UTF-16 units. */
export type FoldedAt = Pick<FoldedCharacter, 'plain'> & { readonly start: number; readonly end: number }

/** What stands between two spaces, folded. */
export type FoldedWord = {
  /** Where it stands in the original text, in UTF-16 units. */
  readonly start: number
  readonly end: number
  /** `ac` and `dc` of `AC/DC`; none in a word of symbols. */
  readonly parts: readonly FoldedPart[]
  /** Without what isn't a letter or digit: `acdc`; empty in a word of symbols. */
  readonly joined: string
  /** Other ways of writing `joined`: `kesha` for `ke$ha`, `ueber` for `über`. */
  readonly variants: readonly string[]
  /** With its symbols and accents: `ac/dc`, `mø`. */
  readonly exact: string
}

/**
 * Takes a name or a query apart into words as people type them: without case, accents, invisible characters and
 * differences of width, quotes and dashes. Documents and queries are folded by this one function, so whatever it does
 * to a name it does to what is typed for it. Pure and total: any text has an answer.
 */
export const foldText = (text: string): readonly FoldedWord[] => {
  const words: FoldedWord[] = []
  let units: Unit[] = []
  const isLatin = /\p{Script=Latin}/u.test(text)
  const flush = () => {
    if (units.length > 0) words.push(wordOf(units, isLatin))
    units = []
  }
  for (const { segment, index } of charactersOf(text)) {
    const character = foldCharacter(segment)
    if (character.kind === 'space') flush()
    else if (character.kind !== 'none')
      units.push({ ...character, start: index, end: index + segment.length })
  }
  flush()
  return words
}

type Unit = FoldedCharacter & FoldedAt

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** Most names are ASCII, where every unit is a character. */
const charactersOf = (text: string): Iterable<{ readonly segment: string; readonly index: number }> =>
  // eslint-disable-next-line no-control-regex -- the range of ASCII
  /^[\x00-\x7f]*$/.test(text)
    ? Array.from(text, (segment, index) => ({ segment, index }))
    : graphemes.segment(text)

const wordOf = (units: readonly Unit[], isLatin: boolean): FoldedWord => {
  const joined = textOf(units, ({ kind, plain }) => (kind === 'symbol' ? '' : plain))
  return {
    start: units[0]?.start ?? 0,
    end: units.at(-1)?.end ?? 0,
    parts: partsOf(units),
    joined,
    variants: joined === '' ? [] : variantsOf(units, joined, isLatin),
    exact: textOf(units, ({ exact }) => exact),
  }
}

const textOf = (units: readonly Unit[], write: (unit: Unit, at: number) => string): string =>
  units.map(write).join('')

const partsOf = (units: readonly Unit[]): readonly FoldedPart[] => {
  const runs: Unit[][] = []
  units.forEach((unit, at) => {
    if (unit.kind === 'symbol') return
    if (unit.kind === units[at - 1]?.kind) runs.at(-1)?.push(unit)
    else runs.push([unit])
  })
  return runs.map((run) => ({
    text: textOf(run, ({ plain }) => plain),
    start: run[0]?.start ?? 0,
    end: run.at(-1)?.end ?? 0,
    isDense: run[0]?.kind === 'dense',
    characters: run[0]?.kind === 'dense' ? run : [],
  }))
}

const variantsOf = (units: readonly Unit[], joined: string, isLatin: boolean): readonly string[] => {
  const plain = ({ kind, plain: text }: Unit) => (kind === 'symbol' ? '' : text)
  const spelled = textOf(units, (unit) => unit.spelled ?? plain(unit))
  const undisguised = isDisguised(units, isLatin)
    ? textOf(units, (unit, at) => disguiseAt(units, at, isLatin) ?? plain(unit))
    : joined
  // The n of `rnb` and of `rock&roll`.
  const ampersand = textOf(units, (unit) => (unit.plain === '&' ? 'n' : plain(unit)))
  return [...new Set([spelled, undisguised, ampersand])].filter((each) => each !== joined)
}

/** Only a word with letters can be disguised, and only if each of its digits stands for a letter. */
const isDisguised = (units: readonly Unit[], isLatin: boolean): boolean =>
  units.some(({ plain }) => /\p{L}/u.test(plain)) &&
  (isLatin || !units.some(({ isLookalike }) => isLookalike)) &&
  units.every(({ plain, disguised }) => !/\p{N}/u.test(plain) || disguised !== undefined)

/** An exclamation mark at the end is one. */
const disguiseAt = (units: readonly Unit[], at: number, isLatin: boolean): string | undefined => {
  const { disguised, isLookalike, plain } = units[at] ?? {}
  if (isLookalike && !isLatin) return undefined
  if (plain === '!' && units[at + 1]?.kind !== 'letter') return undefined
  return disguised
}
