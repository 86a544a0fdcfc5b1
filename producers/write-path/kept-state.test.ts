import { expect, test } from '@jest/globals'
import { createKeeping, createShelf, jsonOf, type Stated } from './kept-state.ts'

type State = { readonly names: ReadonlySet<string> }
const snapshot = {
  version: 1,
  toJson: ({ names }: State) => [...names],
  fromJson: (json: unknown): State => ({ names: new Set(json as string[]) }),
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
  expect(kept).toEqual({ json: '["n0","n1","n2"]', version: 7, offset: 12 })
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

test('a text takes as many bytes as it has in UTF-8', () => {
  const { keep, bytesOf } = createKeeping(snapshot)
  const named = (name: string) => bytesOf(keep({ state: { names: new Set([name]) }, version: 1, offset: 1 }))
  expect(named('e'.repeat(1_000))).toBe(250 + 1_004)
  expect(named('\u6b4c'.repeat(1_000))).toBe(250 + 3_004)
})

test('what is on a shelf is as it was put there, packed or not', () => {
  const { keep } = createKeeping(snapshot)
  const shelf = createShelf<State>()
  const all = [stated(3), stated(100), stated(1)].map(keep)
  const shelved = all.map((kept) => shelf.put(kept))
  expect(shelved.map(shelf.look)).toEqual(all)
  for (const each of shelved.slice(0, 2)) shelf.remove(each)
  expect(shelf.look(shelved[2] ?? stated(0))).toEqual(all[2])
})
