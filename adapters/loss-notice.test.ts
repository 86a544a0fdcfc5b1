import { describe, expect, jest, test } from '@jest/globals'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { createLossNotice } from './loss-notice.ts'

describe('a loss notice', () => {
  const unavailable = () => Promise.reject(new StoreUnavailable('down'))
  const noticed = () => {
    const listener = jest.fn()
    const notice = createLossNotice(() => undefined)
    notice.onLost(listener)
    return { listener, notice }
  }

  test('is given once per outage, and again in the next one', async () => {
    const { listener, notice } = noticed()
    await Promise.allSettled([notice.watch(unavailable), notice.watch(unavailable)])
    notice.lost('the host is down')
    expect(listener).toHaveBeenCalledTimes(1)
    await notice.watch(() => Promise.resolve('back'))
    await expect(notice.watch(unavailable)).rejects.toThrow(StoreUnavailable)
    expect(listener).toHaveBeenCalledTimes(2)
  })

  test('an answer to what was asked before the loss does not end the outage', async () => {
    const { listener, notice } = noticed()
    const asked = Promise.withResolvers<string>()
    const before = notice.watch(() => asked.promise)
    notice.lost('the host is down')
    asked.resolve('late')
    await before
    notice.lost('the host is down')
    expect(listener).toHaveBeenCalledTimes(1)
  })

  test('an ordinary error is no loss', async () => {
    const { listener, notice } = noticed()
    await expect(notice.watch(() => Promise.reject(new Error('bad row')))).rejects.toThrow('bad row')
    expect(listener).not.toHaveBeenCalled()
  })
})
