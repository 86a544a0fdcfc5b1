import { expect, test } from '@jest/globals'
import { createKeeping, jsonOf, type Stated } from './kept-state.ts'

type State = { readonly names: ReadonlySet<string> }
const read: unknown[] = []
const snapshot = {
  version: 1,
  toJson: ({ names }: State) => [...names],
  fromJson: (json: unknown): State => {
    read.push(json)
    return { names: new Set(json as string[]) }
  },
  weightOf: ({ names }: State) => names.size,
}
const stated = (count: number): Stated<State> => ({
  state: { names: new Set(Array.from({ length: count }, (_, at) => `n${at}`)) },
  version: 7,
  offset: 12,
})

test('a light state is kept as a text that says the same', () => {
  const { keep, statedOf, weightOf } = createKeeping(snapshot)
  const kept = keep(stated(3))
  keep(stated(1))
  expect(kept).toEqual({ json: '["n0","n1","n2"]', version: 7, offset: 12, weight: 3 })
  expect(statedOf(kept)).toEqual(stated(3))
  expect(weightOf(kept)).toBe(3)
  expect(jsonOf(snapshot, kept)).toBe('["n0","n1","n2"]')
})

test('a heavy state is kept as it is', () => {
  const { keep, statedOf, weightOf } = createKeeping(snapshot)
  const heavy = stated(100)
  expect(keep(heavy)).toBe(heavy)
  expect(statedOf(heavy)).toBe(heavy)
  expect(weightOf(heavy)).toBe(100)
  expect(JSON.parse(jsonOf(snapshot, heavy))).toHaveLength(100)
})

test('what was used last is not read again', () => {
  const { keep, statedOf } = createKeeping(snapshot)
  read.length = 0
  const [first, second] = [keep(stated(1)), keep(stated(2))]
  expect(statedOf(second)).toBe(statedOf(second))
  expect(read).toEqual([])
  expect(statedOf(first)).toBe(statedOf(first))
  expect(read).toEqual([['n0']])
})
