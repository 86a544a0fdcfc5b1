import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { createLanes } from './lanes.ts'

test('one lane keeps its order, lanes run side by side, and never more than allowed', async () => {
  const done: string[] = []
  let running = 0
  let most = 0
  const lanes = createLanes<string>({
    inFlightMax: 3,
    pendingMax: 5,
    work: async (item) => {
      most = Math.max(most, ++running)
      await sleep(Math.random() * 3)
      running -= 1
      done.push(item)
    },
  })
  for (let at = 0; at < 60; at++) await lanes.add(`lane ${at % 6}`, `${at % 6}:${at}`)
  await lanes.end()
  expect(most).toBe(3)
  expect(done).toHaveLength(60)
  for (let lane = 0; lane < 6; lane++) {
    const order = done.filter((item) => item.startsWith(`${lane}:`)).map((item) => Number(item.split(':')[1]))
    expect(order).toEqual(order.toSorted((a, b) => a - b))
  }
})

test('a failure stops everything and is told', async () => {
  const lanes = createLanes<number>({
    inFlightMax: 2,
    pendingMax: 2,
    work: (item) => (item === 3 ? Promise.reject(new Error('three')) : sleep(1)),
  })
  const adding = async () => {
    for (let at = 0; at < 1_000; at++) await lanes.add(String(at), at)
  }
  await expect(adding()).rejects.toThrow('three')
  await expect(lanes.end()).rejects.toThrow('three')
})
