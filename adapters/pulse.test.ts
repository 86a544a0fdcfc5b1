import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { createPulse } from './pulse.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

test('a restart is told once, however long the store was silent before', async () => {
  const onRestart = jest.fn()
  const answers = [['n', '1'], ['n', '1'], undefined, ['n', '2'], ['n', '2'], ['m', '1']] as const
  let at = 0
  const ask = () => {
    const answer = answers[at++]
    return answer ? Promise.resolve(new Map([answer])) : Promise.reject(new Error('down'))
  }
  const pulse = createPulse({ ask, onRestart })
  const toldAfter: number[] = []
  while (toldAfter.length < answers.length) {
    await jest.advanceTimersByTimeAsync(0)
    toldAfter.push(onRestart.mock.calls.length)
    await jest.advanceTimersByTimeAsync(999)
    jest.advanceTimersByTime(1)
  }
  pulse.stop()
  expect(toldAfter).toEqual([0, 0, 0, 1, 1, 1])
})

test('whoever wants to know at once is told of a restart too; those of one turn ask together', async () => {
  const onRestart = jest.fn()
  let mark = '1'
  const ask = jest.fn(() => Promise.resolve(new Map([['n', mark]])))
  const pulse = createPulse({ ask, onRestart })
  await jest.advanceTimersByTimeAsync(0)
  const asked = () => {
    const answers = Promise.allSettled([pulse.confirm(), pulse.confirm()])
    jest.advanceTimersByTime(0)
    return answers.then((settled) => settled.map(({ status }) => status))
  }
  expect(await asked()).toEqual(['fulfilled', 'fulfilled'])
  expect(ask).toHaveBeenCalledTimes(2)
  mark = '2'
  expect(await asked()).toEqual(['rejected', 'rejected'])
  expect(onRestart).toHaveBeenCalledTimes(1)
  expect(await asked()).toEqual(['fulfilled', 'fulfilled'])
  pulse.stop()
})
