import { expect, test } from '@jest/globals'
import { createStateMemory } from './state-memory.ts'

const kept = (version: number) => ({ state: 'x', version, offset: 1 })
const wanted = () => true

test('whoever uses it may have all of it, and finds nothing of another', () => {
  const memory = createStateMemory<string>({ keptBytes: 30, heldBytes: 0 })
  const [one, other] = [{}, {}]
  for (const name of ['a', 'b', 'c']) memory.keep(one, name, kept(1), 10)
  expect(['a', 'b', 'c'].map((name) => memory.find(one, name)?.version)).toEqual([1, 1, 1])
  memory.keep(other, 'd', kept(2), 10)
  expect(['a', 'b', 'c', 'd'].map((name) => memory.find(one, name)?.version)).toEqual([
    undefined,
    1,
    1,
    undefined,
  ])
  // The stream has another owner now: what the first one knows of it is old.
  memory.keep(other, 'b', kept(3), 10)
  memory.forget(one, 'b')
  expect([memory.find(one, 'b'), memory.find(other, 'b')]).toEqual([undefined, kept(3)])
  memory.forget(other, 'b')
  expect(memory.find(other, 'b')).toBeUndefined()
})

test('what is to be held comes in turn, as much as fits, and what never fits comes alone', async () => {
  const memory = createStateMemory<string>({ keptBytes: 1, heldBytes: 10 })
  const entered: string[] = []
  const leaves: (() => void)[] = []
  const enter = async (name: string, bytes: number) => {
    leaves.push(await memory.enter(bytes, wanted))
    entered.push(name)
  }
  const all = [enter('a', 6), enter('b', 4), enter('huge', 50), enter('small', 1)]
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  await settled()
  expect(entered).toEqual(['a', 'b'])
  leaves[0]?.()
  await settled()
  expect(entered).toEqual(['a', 'b'])
  leaves[1]?.()
  await settled()
  expect(entered).toEqual(['a', 'b', 'huge'])
  leaves[2]?.()
  await Promise.all(all)
  expect(entered).toEqual(['a', 'b', 'huge', 'small'])
})

test('who waits in vain is told so at its turn, and holds up nobody', async () => {
  const memory = createStateMemory<string>({ keptBytes: 1, heldBytes: 10 })
  const leave = await memory.enter(10, wanted)
  const gone = memory.enter(10, () => false)
  const next = memory.enter(10, wanted)
  leave()
  await expect(gone).rejects.toThrow('nobody waits for this state any more')
  ;(await next)()
})
