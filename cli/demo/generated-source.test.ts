import { expect, test } from '@jest/globals'
import { createGeneratedSource } from './generated-source.ts'

test('generated data is the same in every run', async () => {
  const [one, other] = [createGeneratedSource(), createGeneratedSource()]
  expect(await Array.fromAsync(one.runs())).toEqual(await Array.fromAsync(other.runs()))
  expect(await one.plays()).toEqual(await other.plays())
})

test('it holds what the demo is to show: every operation, a long playlist, a deleted one, skips and copies', async () => {
  const source = createGeneratedSource()
  const rows = (await Array.fromAsync(source.runs())).flatMap((run) => run.rows)
  expect(new Set(rows.map(({ op }) => op))).toEqual(
    new Set(['create', 'rename', 'describe', 'add', 'remove', 'move', 'delete']),
  )
  const ends = [...(await source.ends()).values()]
  expect(ends).toHaveLength(20)
  expect(ends.filter((end) => end === null)).toHaveLength(1)
  expect(Math.max(...ends.map((end) => end?.length ?? 0))).toBeGreaterThan(3_000)

  const { plays } = await source.plays()
  const skips = plays.filter(({ reasonEnd }) => reasonEnd === 'fwdbtn').length / plays.length
  expect(skips).toBeGreaterThan(0.3)
  expect(skips).toBeLessThan(0.43)
  expect(new Set(plays.map((play) => JSON.stringify(play))).size).toBeLessThan(plays.length)
})
