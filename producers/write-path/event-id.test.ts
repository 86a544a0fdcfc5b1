import { expect, test } from '@jest/globals'
import { validate, version } from 'uuid'
import { newEventId } from './event-id.ts'

test('event ids are UUIDv7, all different, also across pools of randomness', () => {
  const ids = Array.from({ length: 2_000 }, newEventId)
  expect(new Set(ids).size).toBe(2_000)
  expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true)
  expect(Math.abs(Number.parseInt(ids[0]?.slice(0, 8) ?? '', 16) * 65_536 - Date.now())).toBeLessThan(120_000)
})
