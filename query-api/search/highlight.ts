import type { FoldedPart, FoldedWord } from '@reprise/core/search/fold-text.ts'
import { foldText } from '@reprise/core/search/fold-text.ts'
import type { AskedText } from './asked-words.ts'
import { isWithin } from './edit-distance.ts'
import type { Step } from './search-clauses.ts'

/** A stretch of a text: first position and the one after the last, in UTF-16 units. */
export type Range = readonly [start: number, end: number]

/** Tells which stretches of a text answer to words of the query, in order, none touching another. */
export type Highlighter = (text: string) => readonly Range[]

/** A highlighter for a query. The text stays as it is, so nothing needs escaping. Pure. */
export const highlighterOf = (asked: AskedText, step: Step): Highlighter => {
  const tokens = tokensOf(asked)
  const slips = step === 'fuzzy' ? asked.words : []
  const isAsked = (text: string): boolean =>
    tokens.whole.has(text) ||
    tokens.beginnings.some((token) => text.startsWith(token)) ||
    slips.some((word) => isWithin(word.text, text, word.slipsMax))
  return (text) => {
    const words = foldText(text)
    return merged(words.flatMap((word, at) => rangesOf(word, words[at + 1], isAsked)))
  }
}

const tokensOf = ({ words }: AskedText) => {
  const all = words.flatMap(({ alternatives }) => alternatives)
  const beginnings = all.flatMap(({ tokens, isBeginning }) => (isBeginning ? tokens.slice(-1) : []))
  return { whole: new Set(all.flatMap(({ tokens }) => tokens)), beginnings: [...new Set(beginnings)] }
}

const rangesOf = (
  word: FoldedWord,
  next: FoldedWord | undefined,
  isAsked: (text: string) => boolean,
): readonly Range[] => {
  const { parts, joined, variants, exact } = word
  if (joined === '') return isAsked(exact) ? [[word.start, word.end]] : []
  if (next?.joined && isAsked(joined + next.joined) && !isAsked(joined)) return [[word.start, next.end]]
  const inside = parts.flatMap((part) => rangesIn(part, isAsked))
  const isWhole = inside.length < parts.length && (variants.some(isAsked) || isAsked(joined))
  return isWhole ? [[parts[0]?.start ?? 0, parts.at(-1)?.end ?? 0]] : inside
}

/** Of a script without spaces, the characters that are asked for, alone or with a neighbour. */
const rangesIn = (part: FoldedPart, isAsked: (text: string) => boolean): readonly Range[] => {
  if (!part.isDense) return isAsked(part.text) ? [[part.start, part.end]] : []
  return part.characters.flatMap(({ plain, start, end }, at): readonly Range[] => {
    const next = part.characters[at + 1]
    if (next && isAsked(plain + next.plain)) return [[start, next.end]]
    return isAsked(plain) ? [[start, end]] : []
  })
}

const merged = (ranges: readonly Range[]): readonly Range[] => {
  const all: Range[] = []
  for (const [start, end] of ranges) {
    const last = all.at(-1)
    if (last && start <= last[1]) all[all.length - 1] = [last[0], Math.max(end, last[1])]
    else all.push([start, end])
  }
  return all
}
