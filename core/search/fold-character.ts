/** One character as a reader sees it (a letter with its marks), folded: what people type when they mean it. */
export type FoldedCharacter = {
  /** Lower case without accents; may be several letters (`ß` is `ss`), or none (invisible characters). */
  readonly plain: string
  /** Lower case with accents: names that differ only in them are told apart by it. */
  readonly exact: string
  /**
   * - `letter`: letters and digits of scripts that part words by spaces.
   * - `dense`: a character of a script that doesn't, or whose words are found by their insides too.
   * - `symbol`: anything else that can be seen.
   */
  readonly kind: 'letter' | 'dense' | 'symbol' | 'space' | 'none'
  /** How it is written on a keyboard without it, where that isn't `plain`: `ue` for `ü`. */
  readonly spelled?: string
  /** The letter that it stands for inside a name: `s` for `$`, `a` for `Λ`. */
  readonly disguised?: string
  /** A letter of the Greek or Cyrillic alphabet, which stands for itself unless the name is a Latin one. */
  readonly isLookalike?: true
}

/** Folds one character; the answers are kept, since names share few. Takes a whole grapheme, with its marks. */
export const foldCharacter = (character: string): FoldedCharacter => {
  const known = folded.get(character)
  if (known !== undefined) return known
  const made = foldedOf(character)
  if (folded.size < foldedMax) folded.set(character, made)
  return made
}

const foldedMax = 20_000
const folded = new Map<string, FoldedCharacter>()

const foldedOf = (character: string): FoldedCharacter => {
  if (/^\s+$/u.test(character)) return { plain: '', exact: '', kind: 'space' }
  const visible = character.replace(ignored, '')
  if (visible === '') return { plain: '', exact: '', kind: 'none' }
  const lower = visible.replace(standingAccents, "'").normalize('NFKC').toLowerCase().normalize('NFC')
  const spelled = spellings[lower]
  const plain = lettersOf(withoutMarks(lower))
  const disguised = disguises[plain]
  const kind = kindOf(plain)
  if (kind === 'space') return { plain: '', exact: '', kind }
  return {
    plain,
    exact: kind === 'symbol' ? plain : lower,
    kind,
    ...(spelled !== undefined && { spelled }),
    ...(disguised !== undefined && { disguised }),
    ...(/[\p{Script=Greek}\p{Script=Cyrillic}]/u.test(plain) && { isLookalike: true as const }),
  }
}

/** What can't be seen, and signs of ownership that nobody types. */
const ignored = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Variation_Selector}™®©℠℗]/gu

/** Accents without a letter are typed for apostrophes; NFKC would make spaces of them. */
const standingAccents = /[´΄᾿῾]/gu

const dense =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々〆〇]/u

const kindOf = (plain: string): FoldedCharacter['kind'] => {
  if (plain === '') return 'none'
  if (dense.test(plain)) return 'dense'
  if (/[\p{L}\p{N}]/u.test(plain)) return 'letter'
  return plain.trim() === '' ? 'space' : 'symbol'
}

/** Of a sign that is written out, such as `℃`, the letters and digits. */
const lettersOf = (text: string): string =>
  /[\p{L}\p{N}]/u.test(text) ? text.replace(/[^\p{L}\p{M}\p{N}]/gu, '') : text

/** Accents go; marks that are vowels or tones of their script stay, up to three: beyond that they are decoration. */
const withoutMarks = (text: string): string => {
  let base = ''
  let marks = 0
  let kept = ''
  for (const sign of text.normalize('NFD')) {
    if (!/\p{M}/u.test(sign)) {
      base = sign
      marks = 0
      kept += letters[sign] ?? hiraganaOf(sign)
    } else if (!accented.test(base) && ++marks <= 3) kept += sign
  }
  return kept.normalize('NFC')
}

/** The scripts whose marks are accents or optional vowels, and signs, where marks are decoration. */
const accented =
  /^$|[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Hebrew}\p{Script=Arabic}\p{P}\p{S}\p{N}\p{Z}]/u

/** The two kana are one alphabet in two hands. */
const hiraganaOf = (sign: string): string => {
  const code = sign.codePointAt(0) ?? 0
  return code >= 0x30a1 && code <= 0x30f6 ? String.fromCodePoint(code - 0x60) : sign
}

/** Letters that no decomposition takes apart, and one form for several of the same letter. */
// prettier-ignore
const letters: Readonly<Record<string, string>> = {
  ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', ß: 'ss', æ: 'ae', œ: 'oe', ı: 'i', ŋ: 'n', ħ: 'h', ŧ: 't', ə: 'e',
  ɛ: 'e', ɔ: 'o', ƒ: 'f', ς: 'σ', ة: 'ه', ى: 'ي', ٱ: 'ا', ک: 'ك', ی: 'ي', ـ: '',
  '٠': '0', '١': '1', '٢': '2', '٣': '3', '٤': '4', '٥': '5', '٦': '6', '٧': '7', '٨': '8', '٩': '9',
  '’': "'", '‘': "'", '‛': "'", '`': "'", ʼ: "'", '′': "'", '"': "''", '“': "''", '”': "''", '„': "''", '″': "''",
  '–': '-', '—': '-', '‐': '-', '‒': '-', '―': '-', '−': '-', '＆': '&',
}

/** How Germans, Danes and Norwegians write their letters where the keyboard lacks them. */
// prettier-ignore
const spellings: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe', ð: 'th', đ: 'dj' }

/** Signs, digits and foreign letters in the place of Latin ones: `Ke$ha`, `P!nk`, `deadmau5`, `KoЯn`, `ΛNGIE`. */
// prettier-ignore
const disguises: Readonly<Record<string, string>> = {
  $: 's', '!': 'i', '@': 'a', '€': 'e', '£': 'l', '¥': 'y', '¡': 'i', '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't',
  а: 'a', в: 'b', г: 'r', е: 'e', и: 'n', к: 'k', м: 'm', н: 'h', о: 'o', р: 'p', с: 'c', т: 't', у: 'y', х: 'x',
  я: 'r', і: 'i', ј: 'j', ѕ: 's', α: 'a', β: 'b', δ: 'a', ε: 'e', ζ: 'z', η: 'n', ι: 'i', κ: 'k', λ: 'a', μ: 'm',
  ν: 'v', ξ: 'e', ο: 'o', ρ: 'p', σ: 'e', τ: 't', υ: 'y', φ: 'o', χ: 'x', ω: 'w',
}
