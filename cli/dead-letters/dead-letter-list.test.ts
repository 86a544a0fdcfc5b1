import { expect, test } from '@jest/globals'
import type { Letter } from '@reprise/core/dead-letter.ts'
import { deadLetterOf } from '@reprise/projectors/testing/dead-letter.ts'
import { abandonedIn, lettersOf, listLetters, type Published } from './dead-letter-list.ts'

const published = (version: number, changes: Partial<Published> = {}): Published => ({
  projection: 'view',
  version,
  topic: 'playlist-events',
  partition: 0,
  watermark: 10,
  quarantined: [{ group: 'a', offset: 7 }],
  publishedAt: 100,
  ...changes,
})
const statesOf = (...progress: readonly Published[]) =>
  listLetters([deadLetterOf(1), deadLetterOf(2)], progress).map(({ version, state }) => `${version} ${state}`)

test('a letter waits while its version says so', () => {
  expect(statesOf(published(1), published(2, { quarantined: [], watermark: 3, publishedAt: 200 }))).toEqual([
    '1 waiting',
    '2 gone',
  ])
})

test('and is superseded where the version that published last stands past it, a newer or an older one', () => {
  expect(statesOf(published(1), published(2, { publishedAt: 200 }))).toEqual(['1 superseded', '2 waiting'])
  expect(statesOf(published(1, { publishedAt: 200 }), published(2))).toEqual(['1 waiting', '2 superseded'])
  expect(statesOf(published(1), published(2))).toEqual(['1 superseded', '2 waiting'])
})

test('but not by another partition, topic or projection', () => {
  for (const elsewhere of [{ partition: 1 }, { topic: 'library-events' }, { projection: 'other' }])
    expect(statesOf(published(1), published(2, { publishedAt: 200, ...elsewhere }))[0]).toBe('1 waiting')
})

test('what was answered stays so', () => {
  const { projection, version, partition, offset } = deadLetterOf(1).value
  const place = { projection, version, partition, offset, requestId: 'r' }
  const answer: Letter = {
    type: 'DeadLetterAnswer',
    value: { ...place, outcome: 'discarded', groups: ['a'], detail: '' },
  }
  const letters = listLetters([deadLetterOf(1), answer], [published(1), published(2, { publishedAt: 200 })])
  expect(letters.map(({ state }) => state)).toEqual(['discarded'])
})

test('of a projection that nobody knows there are no letters, with words; of one that waits for nobody, a hint', () => {
  const listed = listLetters([deadLetterOf(1)], [published(1)])
  const [{ projection } = { projection: '' }] = listed
  const others = new Set(['likes'])
  expect(lettersOf(listed, undefined, others)).toEqual(listed)
  expect(lettersOf(listed, projection, others)).toEqual(listed)
  expect(lettersOf(listed, 'likes', others)).toEqual([])
  expect(() => lettersOf(listed, 'lieks', others)).toThrow('there is no projection lieks; there are likes')
  expect(abandonedIn(listed, others)).toEqual([projection])
  expect(abandonedIn(listed, new Set([projection]))).toEqual([])
  expect(abandonedIn(listLetters([deadLetterOf(1)], []), others)).toEqual([])
})
