import { expect, test } from '@jest/globals'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { createInFlight } from './in-flight.ts'

test('never more run at a time than allowed, in the order asked, a failure frees its place', async () => {
  const inFlight = createInFlight({ max: 3, waitingMax: 100 })
  const order: number[] = []
  let running = 0
  let most = 0
  const runs = Array.from({ length: 50 }, (_, at) =>
    inFlight(async () => {
      order.push(at)
      most = Math.max(most, ++running)
      await new Promise(setImmediate)
      running--
      if (at % 7 === 0) throw new Error('failed')
    }),
  )
  await Promise.allSettled(runs)
  expect({ most, order }).toEqual({ most: 3, order: Array.from({ length: 50 }, (_, at) => at) })
})

test('past the bounds it refuses at once', async () => {
  const inFlight = createInFlight({ max: 1, waitingMax: 1 })
  const blocked = Promise.withResolvers<undefined>()
  const accepted = [inFlight(() => blocked.promise), inFlight(() => Promise.resolve())]
  await expect(inFlight(() => Promise.resolve())).rejects.toThrow(StoreUnavailable)
  blocked.resolve(undefined)
  await Promise.all(accepted)
})
