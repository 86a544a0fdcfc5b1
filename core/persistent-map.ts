/**
 * A sorted map from texts that never changes: each change gives a new map, which shares all but O(log n) nodes with the
 * old one, so earlier ones stay as they were. A weight-balanced tree (Adams, "Efficient sets: a balancing act", 1993)
 * with the bounds that Hirai and Yamamoto proved ("Balancing weight-balanced trees", 2011). The empty map is undefined.
 */
export type PersistentMap<Value> = Node<Value> | undefined

type Node<Value> = {
  readonly key: string
  readonly value: Value
  readonly size: number
  readonly left: PersistentMap<Value>
  readonly right: PersistentMap<Value>
}

/** How many keys a map has. */
export const sizeOf = (map: PersistentMap<unknown>): number => map?.size ?? 0

/** The value at a key, undefined where there is none. */
export const findIn = <Value>(map: PersistentMap<Value>, key: string): Value | undefined => {
  for (let node = map; node !== undefined; node = key < node.key ? node.left : node.right)
    if (key === node.key) return node.value
  return undefined
}

/** The map with this value at this key. */
export const put = <Value>(map: PersistentMap<Value>, key: string, value: Value): Node<Value> => {
  if (map === undefined) return { key, value, size: 1, left: undefined, right: undefined }
  if (key === map.key) return { ...map, value }
  return key < map.key
    ? balanced(map, put(map.left, key, value), map.right)
    : balanced(map, map.left, put(map.right, key, value))
}

/** The map without this key. */
export const drop = <Value>(map: PersistentMap<Value>, key: string): PersistentMap<Value> => {
  if (map === undefined) return undefined
  if (key === map.key) return joined(map.left, map.right)
  const { left, right } = map
  const [less, more] = key < map.key ? [drop(left, key), right] : [left, drop(right, key)]
  return less === left && more === right ? map : balanced(map, less, more)
}

/** Keys and values in the order of the keys (by UTF-16 code units). */
export function* entriesOf<Value>(
  map: PersistentMap<Value>,
): Generator<readonly [key: string, value: Value], void, undefined> {
  const above: Node<Value>[] = []
  for (let node = map; ;) {
    for (; node !== undefined; node = node.left) above.push(node)
    const next = above.pop()
    if (next === undefined) return
    yield [next.key, next.value]
    node = next.right
  }
}

/** The map of entries that are in the order of their keys, none of them twice: what {@link entriesOf} gives. O(n). */
export const mapOfSorted = <Value>(
  entries: readonly (readonly [key: string, value: Value])[],
): PersistentMap<Value> => {
  const between = (from: number, to: number): PersistentMap<Value> => {
    const middle = (from + to) >>> 1
    const entry = entries[middle]
    if (from >= to || entry === undefined) return undefined
    return nodeOf({ key: entry[0], value: entry[1] }, between(from, middle), between(middle + 1, to))
  }
  return between(0, entries.length)
}

type Entry<Value> = { readonly key: string; readonly value: Value }

const nodeOf = <Value>(
  { key, value }: Entry<Value>,
  left: PersistentMap<Value>,
  right: PersistentMap<Value>,
): Node<Value> => ({ key, value, size: sizeOf(left) + sizeOf(right) + 1, left, right })

const weightOf = (map: PersistentMap<unknown>): number => sizeOf(map) + 1

/** No side weighs more than three times the other; the inner grandchild rises where it weighs twice the outer one. */
const isHeavier = (one: PersistentMap<unknown>, other: PersistentMap<unknown>): boolean =>
  weightOf(one) > 3 * weightOf(other)
const isInner = (inner: PersistentMap<unknown>, outer: PersistentMap<unknown>): boolean =>
  weightOf(inner) >= 2 * weightOf(outer)

/** A node whose sides differ from balanced ones by one key at most. */
const balanced = <Value>(
  entry: Entry<Value>,
  left: PersistentMap<Value>,
  right: PersistentMap<Value>,
): Node<Value> => {
  if (right !== undefined && isHeavier(right, left)) {
    const inner = right.left
    if (inner === undefined || !isInner(inner, right.right))
      return nodeOf(right, nodeOf(entry, left, inner), right.right)
    return nodeOf(inner, nodeOf(entry, left, inner.left), nodeOf(right, inner.right, right.right))
  }
  if (left !== undefined && isHeavier(left, right)) {
    const inner = left.right
    if (inner === undefined || !isInner(inner, left.left))
      return nodeOf(left, left.left, nodeOf(entry, inner, right))
    return nodeOf(inner, nodeOf(left, left.left, inner.left), nodeOf(entry, inner.right, right))
  }
  return nodeOf(entry, left, right)
}

/** The two sides of a node that goes: the first key on the right takes its place. */
const joined = <Value>(left: PersistentMap<Value>, right: PersistentMap<Value>): PersistentMap<Value> => {
  if (left === undefined || right === undefined) return left ?? right
  let first = right
  while (first.left !== undefined) first = first.left
  return balanced(first, left, drop(right, first.key))
}
