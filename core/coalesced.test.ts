import { describe, expect, test } from '@jest/globals'
import { coalesced } from './coalesced.ts'

describe('coalesced', () => {
  test('a call waits for a run that began after it; callers in between share one', async () => {
    const finish: (() => void)[] = []
    let runs = 0
    const ask = coalesced(() => {
      const run = ++runs
      return new Promise<number>((resolve) => finish.push(() => resolve(run)))
    })
    const first = ask()
    await Promise.resolve()
    const later = [ask(), ask()]
    expect(runs).toBe(1)
    finish[0]?.()
    expect(await first).toBe(1)
    await Promise.resolve()
    finish[1]?.()
    expect(await Promise.all(later)).toEqual([2, 2])
  })

  test('a failure reaches those who waited for that run, and the next run starts afresh', async () => {
    let runs = 0
    const ask = coalesced(() => (++runs === 1 ? Promise.reject(new Error('down')) : Promise.resolve('up')))
    await expect(ask()).rejects.toThrow('down')
    expect(await ask()).toBe('up')
  })
})
