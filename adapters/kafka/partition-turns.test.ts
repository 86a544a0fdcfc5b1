import { expect, test } from '@jest/globals'
import { createPartitionTurns } from './partition-turns.ts'

const create = (count: number) => {
  const open = new Set(Array.from({ length: count }, (_, partition) => partition))
  const turns = createPartitionTurns({
    pause: (partition) => open.delete(partition),
    resume: (partition) => open.add(partition),
  })
  return { turns, open }
}

test('partitions that are not far behind are all read', () => {
  const { turns, open } = create(16)
  for (let round = 0; round < 50; round++)
    for (const partition of open) turns.handled(partition, 1_000, 4_999)
  expect(open.size).toBe(16)
})

test('far behind, two are read at a time, and each has a turn before one has its second', () => {
  const [total, batch] = [5_000_000, 125_000]
  const { turns, open } = create(10)
  const left = new Map([...open].map((partition) => [partition, total]))
  const seen: number[] = []
  const mostInTurn = new Map<number, number>()
  while ([...left.values()].some((records) => records > 0)) {
    const before = [...open]
    for (const partition of before) {
      const behind = (left.get(partition) ?? 0) - batch
      left.set(partition, behind)
      if (seen.at(-1) !== partition) seen.push(partition)
      mostInTurn.set(partition, Math.max(mostInTurn.get(partition) ?? 0, total - behind))
      turns.handled(partition, batch, behind)
    }
    const far = [...open].filter((partition) => (left.get(partition) ?? 0) >= 5_000)
    expect(far.length).toBeLessThanOrEqual(2)
    // Nobody is a turn and a batch ahead of somebody who waits.
    const done = [...left.values()].map((records) => total - records)
    expect(Math.max(...done) - Math.min(...done)).toBeLessThanOrEqual(2_250_000)
    for (const partition of open) expect(turns.isWaiting(partition)).toBe(false)
    if (open.size === 0) throw new Error('nothing is read, and not all is done')
    for (const [partition, records] of left) if (records <= 0) open.delete(partition)
  }
  expect(new Set(seen).size).toBe(10)
})

test('who is alone far behind goes on, and after a reset nobody waits', () => {
  const { turns, open } = create(1)
  for (let left = 100_000; left > 0; left -= 2_500) turns.handled(0, 2_500, left)
  expect([...open]).toEqual([0])
  const many = create(6)
  for (const partition of [...many.open]) many.turns.handled(partition, 100, 50_000)
  expect([...many.open]).toEqual([0, 1])
  many.turns.reset()
  expect([2, 3, 4, 5].map(many.turns.isWaiting)).toEqual([false, false, false, false])
})

test('a batch that comes when its partition waits already gives it no second turn', () => {
  const { turns, open } = create(4)
  for (const partition of [0, 1, 2, 3, 2]) turns.handled(partition, 100, 5_000_000)
  turns.handled(0, 1_000_000, 4_000_000)
  turns.handled(1, 1_000_000, 4_000_000)
  expect([...open]).toEqual([2, 3])
  turns.handled(2, 600_000, 4_400_000)
  turns.handled(3, 1_000_000, 4_000_000)
  turns.handled(2, 600_000, 3_800_000)
  expect([...open]).toEqual([0, 1])
})
