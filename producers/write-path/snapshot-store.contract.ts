import { beforeAll, describe, expect, test } from '@jest/globals'
import { v5 as uuidv5 } from 'uuid'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { createPackedAnswers } from './packed-answers.ts'
import { createSnapshotStore, type Mark } from './snapshot-store.ts'
import { isTimely } from './snapshot-tables.ts'

const minute = 60_000
const hour = 60 * minute
const noon = Date.UTC(2026, 10, 21, 12)
const codec = { version: 1, toJson: (state: string) => state, fromJson: String, bytesOf: () => 1 }
const mark: Mark = {
  offset: 10,
  lastAcceptedId: 'e9',
  recordedAt: noon,
  recent: { offset: 8, recordedAt: noon - 1 },
  unreadable: ['broken'],
}
const id = (name: string) => uuidv5(name, uuidv5.URL)
const answer = (offset: number) => ({ bodyHash: 'h', version: 2, offset, report: { items: ['i'] } })
type Answered = readonly [
  name: string,
  answer: ReturnType<typeof answer>,
  recordedAt: number,
  keyTime?: number | undefined,
]
const answersOf = (all: readonly Answered[]) => {
  const packed = createPackedAnswers<object>()
  for (const [name, given, recordedAt, keyTime] of all)
    packed.add(id(name), recordedAt, given, isTimely(keyTime, recordedAt))
  return packed.cut()
}

/** What stored states, ids and marks must keep, whatever they are stored in. The store is fresh. */
export const snapshotStoreContract = (name: string, create: () => Promise<RowStore>): void => {
  describe(`snapshot store contract: ${name}`, () => {
    let rows: RowStore
    const at = (now: number, incarnation = 'cluster') =>
      createSnapshotStore<string, object>({
        topic: 'playlist-events',
        codec,
        rows,
        incarnation,
        now: () => now,
      })
    const stateAt = async (now: number, streamId: string) => (await at(now).loadState(streamId))?.unpack()
    beforeAll(async () => {
      rows = await create()
    })

    test('nothing is stored of a partition that nobody drove', async () => {
      expect(await at(noon).readMark(4)).toBeUndefined()
      expect(await at(noon).loadState('unheard-of')).toBeUndefined()
      expect(await at(noon).findAnswer(4, id('unheard-of'), noon)).toBeUndefined()
    })

    test('states, ids and the mark come back as they were', async () => {
      const long = 'a long state '.repeat(10_000)
      await at(noon).write(1, {
        states: new Map([
          ['short', { state: 'x', version: 2, offset: 7 }],
          ['long', { state: long, version: 3, offset: 9 }],
        ]),
        answers: answersOf([['c', answer(7), noon]]),
        mark,
        isUrgent: true,
      })
      expect(await at(noon).readMark(1)).toEqual(mark)
      expect(await stateAt(noon, 'short')).toEqual({ state: 'x', version: 2, offset: 7 })
      expect(await stateAt(noon, 'long')).toEqual({ state: long, version: 3, offset: 9 })
      expect(await at(noon + 23 * hour).findAnswer(1, id('c'), undefined)).toEqual({
        bodyHash: 'h',
        version: 2,
        offset: 7,
        report: { items: ['i'] },
      })
    })

    test('an id is forgotten after 24 hours', async () => {
      expect(await at(noon + 24 * hour + 1).findAnswer(1, id('c'), undefined)).toBeUndefined()
    })

    test('a zombie that stores later what it read earlier changes nothing', async () => {
      await at(noon).write(1, {
        states: new Map([['short', { state: 'old', version: 1, offset: 3 }]]),
        answers: answersOf([]),
        mark: { ...mark, offset: 4 },
        isUrgent: true,
      })
      expect(await stateAt(noon, 'short')).toEqual({ state: 'x', version: 2, offset: 7 })
      expect((await at(noon).readMark(1))?.offset).toBe(10)
    })

    test.each([
      ['at once', 2, true],
      ['little by little', 3, false],
    ])(
      'thousands of ids of two days, stored %s, are found in their own partition',
      async (_, to, isUrgent) => {
        const answers = answersOf(
          Array.from({ length: 6_000 }, (_, n) => [`n${n}`, answer(n), noon - (n % 2) * 20 * hour]),
        )
        await at(noon).write(to, { states: new Map(), answers, mark, isUrgent })
        for (const n of [0, 1, 4_095, 4_096, 5_998, 5_999])
          expect(await at(noon).findAnswer(to, id(`n${n}`), undefined)).toMatchObject({ offset: n })
        expect(await at(noon).findAnswer(1, id('n0'), undefined)).toBeUndefined()
      },
    )

    test.each([
      ['a minute behind', -minute],
      ['a minute ahead', minute],
    ])('an id recorded around midnight is found by a clock that is %s', async (_, skew) => {
      const midnight = Date.UTC(2026, 10, 23)
      for (const recordedAt of [midnight - 1_000, midnight, midnight + 1_000])
        for (const keyTime of [undefined, recordedAt - minute, recordedAt, recordedAt + minute]) {
          const name = `midnight ${skew} ${recordedAt} ${keyTime}`
          const answers = answersOf([[name, answer(7), recordedAt, keyTime]])
          await at(recordedAt + skew).write(5, { states: new Map(), answers, mark, isUrgent: true })
          for (const later of [0, 2_000, 100_000, 23 * hour])
            expect(await at(recordedAt + later + skew).findAnswer(5, id(name), keyTime)).toEqual(answer(7))
        }
    })

    test('an id is found by its key, whether its time is near, far, or was not known to who stored it', async () => {
      const times = [noon, noon + 59_999, noon - minute, noon - minute - 1, noon - 5 * hour, undefined]
      const all = Array.from({ length: 3_000 }, (_, n): Answered => {
        const recordedAt = noon + (n % 7) * 999
        return [`k${n}`, answer(n), recordedAt, times[n % times.length]]
      })
      await at(noon).write(6, { states: new Map(), answers: answersOf(all), mark, isUrgent: true })
      for (const [name, given, , keyTime] of all.filter((_, n) => n % 97 < 7))
        expect(await at(noon + hour).findAnswer(6, id(name), keyTime ?? noon - 3 * hour)).toEqual(given)
      expect(await at(noon).findAnswer(6, id('another'), noon)).toBeUndefined()
      expect(await at(noon).findAnswer(1, id('k0'), noon)).toBeUndefined()
      expect(await at(noon + 25 * hour).findAnswer(6, id('k0'), noon)).toBeUndefined()
    })

    test('ids that were stored in vain are stored again with more, and what says less changes nothing', async () => {
      const all = Array.from({ length: 500 }, (_, n): Answered => [`m${n}`, answer(n), noon + n, noon])
      const store = (count: number) =>
        at(noon).write(7, {
          states: new Map(),
          answers: answersOf(all.slice(0, count)),
          mark,
          isUrgent: false,
        })
      await store(200)
      await store(500)
      await store(300)
      for (const n of [0, 199, 299, 300, 499])
        expect(await at(noon).findAnswer(7, id(`m${n}`), noon)).toMatchObject({ offset: n })
    })

    test('an id is found whatever time its key claims', async () => {
      const far = [0, noon - 30 * 24 * hour, noon + 30 * 24 * hour, 2 ** 48 - 1]
      for (const keyTime of far)
        expect(await at(noon).findAnswer(1, id('c'), keyTime)).toMatchObject({ offset: 7 })
    })

    test('the marks of another cluster are refused with words', async () => {
      await expect(at(noon, 'another').readMark(1)).rejects.toThrow('belong to another cluster')
    })
  })
}
