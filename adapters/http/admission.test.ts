import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect, test } from '@jest/globals'
import { createAdmission } from './admission.ts'

/** Requests at a clock of the test's own. */
const gate = (limits = { requestsMin: 2, requestsMax: 8, bodyBytesMax: 100 }) => {
  let now = 0
  const isAdmitted = createAdmission(limits, () => now)
  const open: EventEmitter[] = []
  return {
    pass: (ms: number) => (now += ms),
    ask: (headers: Record<string, string> = {}) => {
      const sent: Record<string, unknown> = {}
      const response: EventEmitter = Object.assign(new EventEmitter(), {
        writeHead: (status: number, headers: readonly string[]) => {
          sent['status'] = status
          for (let at = 0; at < headers.length; at += 2) sent[headers[at] ?? ''] = headers[at + 1]
          return response
        },
        end: () => undefined,
      })
      if (!isAdmitted({ headers } as unknown as IncomingMessage, response as unknown as ServerResponse))
        return sent
      open.push(response)
      return 'in'
    },
    answer: (count = 1) => {
      for (const one of open.splice(0, count)) one.emit('close')
    },
  }
}

test('what finds no room is refused with its key and when to come back; an answer makes room', () => {
  const { ask, answer } = gate()
  expect([ask(), ask()]).toEqual(['in', 'in'])
  expect(ask({ 'idempotency-key': 'k' })).toMatchObject({
    status: 429,
    'Retry-After': '1',
    'Idempotency-Key': 'k',
  })
  answer()
  expect(ask()).toBe('in')
  expect(ask()).toMatchObject({ status: 429 })
})

test('as many are let in as are answered in 300 ms, between the bounds', () => {
  const { ask, answer, pass } = gate()
  const inAtOnce = () => {
    let count = 0
    while (ask() === 'in') count++
    return count
  }
  expect(inAtOnce()).toBe(2)
  // Twenty a second are six in 300 ms.
  for (let round = 0; round < 200; round++) {
    pass(100)
    answer(2)
    inAtOnce()
  }
  answer(6)
  expect(inAtOnce()).toBe(6)
  for (let round = 0; round < 200; round++) {
    pass(100)
    answer(8)
    inAtOnce()
  }
  answer(8)
  expect(inAtOnce()).toBe(8)
})

test('bodies have a bound of their own, but one larger than it gets in alone', () => {
  const { ask, answer } = gate()
  expect(ask({ 'content-length': '200' })).toBe('in')
  expect(ask({ 'content-length': '1' })).toMatchObject({ status: 429 })
  answer()
  expect([ask({ 'content-length': '60' }), ask({ 'content-length': '40' })]).toEqual(['in', 'in'])
})
