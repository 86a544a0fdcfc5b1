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
  bytesOf: ({ names }: State) => 100 * names.size,
}
const stated = (count: number): Stated<State> => ({
  state: { names: new Set(Array.from({ length: count }, (_, at) => `n${at}`)) },
  version: 7,
  offset: 12,
})

test('a small state is kept as a text that says the same', () => {
  const { keep, statedOf, bytesOf } = createKeeping(snapshot)
  const kept = keep(stated(3))
  keep(stated(1))
  expect(kept).toEqual({ json: '["n0","n1","n2"]', version: 7, offset: 12, bytes: 266 })
  expect(statedOf(kept)).toEqual(stated(3))
  expect(bytesOf(kept)).toBe(266)
  expect(jsonOf(snapshot, kept)).toBe('["n0","n1","n2"]')
})

test('a large state is kept as it is', () => {
  const { keep, statedOf, bytesOf } = createKeeping(snapshot)
  const large = stated(100)
  expect(keep(large)).toBe(large)
  expect(statedOf(large)).toBe(large)
  expect(bytesOf(large)).toBe(10_000)
  expect(JSON.parse(jsonOf(snapshot, large))).toHaveLength(100)
})

test('a text with other than Latin letters takes two bytes a character', () => {
  const { keep, bytesOf } = createKeeping(snapshot)
  const named = (name: string) => bytesOf(keep({ state: { names: new Set([name]) }, version: 1, offset: 1 }))
  expect(named('\u00e9'.repeat(1_000))).toBe(250 + 1_004)
  expect(named('\u6b4c'.repeat(1_000))).toBe(250 + 2 * 1_004)
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
