import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { foldText } from './fold-text.ts'

const joined = (text: string) => foldText(text).map((word) => word.joined)
const variants = (text: string) => foldText(text).flatMap((word) => word.variants)

describe('folding', () => {
  test.each([
    ['Blinding LIGHTS', ['blinding', 'lights']],
    ['Beyoncé Tiësto', ['beyonce', 'tiesto']],
    ['Høstsol Fiołkowe Ærlighet Straße Đừng', ['hostsol', 'fiolkowe', 'aerlighet', 'strasse', 'dung']],
    ['İstanbul ıslak', ['istanbul', 'islak']],
    ['ＦＵＬＬ ｗｉｄｔｈ ②', ['full', 'width', '2']],
    ['AC/DC blink-182 4\'33"', ['acdc', 'blink182', '433']],
    ["don’t don´t don't don`t", ['dont', 'dont', 'dont', 'dont']],
    ['\u200etempe\u200brature\ufeff', ['temperature']],
    ['o\u0336\u0329\u035fo\u0336\u0316\u0301', ['oo']],
    ['Sam\u00a0Lex\u2003x', ['sam', 'lex', 'x']],
    ['везёт', ['везет']],
    ['الآنتظار حاجة', ['الانتظار', 'حاجه']],
    ['קַקטוּס', ['קקטוס']],
    ['Ραψωδίας', ['ραψωδιασ']],
    ['ドライ か\u3099', ['どらい', 'が']],
    ['\u1112\u1161\u11ab', ['한']],
    ['!!! ♡', ['', '']],
    ['24℃ Song™', ['24c', 'song']],
    ['', []],
    [' \t\u200b ', []],
  ])('%s', (text, expected) => {
    expect(joined(text)).toEqual(expected)
  })

  test.each([
    ['P!nk', 'pink'],
    ['Ke$ha', 'kesha'],
    ['A$AP', 'asap'],
    ['deadmau5', 'deadmaus'],
    ['R&B', 'rnb'],
    ['Über', 'ueber'],
    ['MØ', 'moe'],
    ['Cult Shφtta', 'shotta'],
    ['Tiёsto', 'tiesto'],
  ])('%s is also written %s', (text, expected) => {
    expect(variants(text)).toContain(expected)
  })

  test.each(['Yams!', 'blink-182', 'Новая волна', '1989'])('%s is written in one way', (text) => {
    expect(variants(text)).toEqual([])
  })

  test('a name of signs keeps them, with quotes and dashes of one kind', () => {
    expect(foldText('“!!!” —').map(({ exact }) => exact)).toEqual(["''!!!''", '-'])
  })

  test('says where words and the characters of scripts without spaces stand', () => {
    const [first, second] = foldText('The (Über) 倒流')
    expect([first?.start, first?.end, second?.parts[0]?.start, second?.parts[0]?.end]).toEqual([0, 3, 5, 9])
    expect(foldText('時光 x')[0]?.parts[0]?.characters).toMatchObject([
      { plain: '時', start: 0, end: 1 },
      { plain: '光', start: 1, end: 2 },
    ])
  })

  const anyText = fc.string({
    unit: fc.oneof(fc.constantFrom(...' aÀß!$&0٣がท한'), fc.string({ unit: 'binary' })),
  })

  test('any text has an answer, whose words lie in it one after the other', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        let last = 0
        for (const { start, end } of foldText(text)) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeGreaterThan(start)
          last = end
        }
        expect(last).toBeLessThanOrEqual(text.length)
      }),
    )
  })

  test('what is folded is not folded further, and case makes no difference', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = joined(text).filter((word) => word !== '')
        expect(once.flatMap(joined)).toEqual(once)
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aéøñcžдяαω ') }), (text) => {
        expect(joined(text.toUpperCase())).toEqual(joined(text))
      }),
    )
  })
})
