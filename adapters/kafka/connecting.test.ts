import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { connect, disconnect } from './connecting.ts'

const away = () => Promise.reject(new Error('the broker is away'))
const never = () => new Promise<never>(() => undefined)

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

test('what did not connect is disconnected, and the reason stays the one of connecting', async () => {
  const tried: string[] = []
  const client = {
    connect: () => away(),
    disconnect: () => {
      tried.push('disconnect')
      return Promise.reject(new Error('not connected'))
    },
  }
  await expect(connect(client, quiet)).rejects.toThrow('the broker is away')
  expect(tried).toEqual(['disconnect'])
})

test('disconnecting for ever is given up after five seconds', async () => {
  let told: unknown
  connect({ connect: away, disconnect: never }, quiet).catch((reason: unknown) => (told = reason))
  let isOver = false
  void disconnect({ disconnect: never }, quiet).then(() => (isOver = true))
  await jest.advanceTimersByTimeAsync(4_900)
  expect([told, isOver]).toEqual([undefined, false])
  await jest.advanceTimersByTimeAsync(100)
  expect([(told as Error).message, isOver]).toEqual(['the broker is away', true])
})
