import { expect, it } from '@jest/globals'
import type { Request } from 'express'
import { type Position, tokenOf } from '@reprise/core/position.ts'
import { minPositionOf } from './min-position.ts'

it('asks for the newest of many positions in a partition, however many are sent', () => {
  const position = (offset: number): Position => ({ topic: 'library-events', partition: 3, offset })
  const tokens = Array.from({ length: 500 }, (_, offset) => tokenOf(position(offset))).join()
  const request = { get: () => undefined, query: { minPosition: [tokens, tokens] } }
  expect(minPositionOf(request as unknown as Request).positions).toEqual([position(499)])
})
