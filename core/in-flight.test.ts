import { expect, test } from '@jest/globals'
import { createInFlight } from './in-flight.ts'
import { StoreUnavailable } from './ports/store-failure.ts'

const onFull = (waiting: number) => new StoreUnavailable(`${waiting} wait already`)

test('never more run at a time than allowed, in the order asked, a failure frees its place', async () => {
  const inFlight = createInFlight({ max: 3, waitingMax: 100, onFull })
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
  const inFlight = createInFlight({ max: 1, waitingMax: 1, onFull })
  const blocked = Promise.withResolvers<undefined>()
  const accepted = [inFlight(() => blocked.promise), inFlight(() => Promise.resolve())]
  await expect(inFlight(() => Promise.resolve())).rejects.toThrow(StoreUnavailable)
  blocked.resolve(undefined)
  await Promise.all(accepted)
})

test('where there is room it begins at once, and without a bound any number waits', async () => {
  const inFlight = createInFlight({ max: 1 })
  const begun: number[] = []
  const runs = Array.from({ length: 200 }, (_, at) => inFlight(async () => void begun.push(at)))
  expect(begun).toEqual([0])
  await Promise.all(runs)
  expect(begun).toEqual(Array.from({ length: 200 }, (_, at) => at))
})
