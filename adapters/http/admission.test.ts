import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { createAdmission } from './admission.ts'
import { corsHeaders } from './cors.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

/** Requests at a clock of the test's own. */
const gate = (changes: { readonly oneBodyBytesMax?: number } = {}) => {
  const isAdmitted = createAdmission({
    requestsMin: 2,
    requestsMax: 8,
    bodyBytesMax: 100,
    oneBodyBytesMax: 1_000,
    corsHeaders: corsHeaders(['https://app.example']),
    now: Date.now,
    ...changes,
  })
  const open: EventEmitter[] = []
  let last: { destroyed: boolean } | undefined
  return {
    pass: (ms: number) => {
      jest.advanceTimersByTime(ms)
    },
    ask: (headers: Record<string, string> = {}) => {
      const sent: Record<string, unknown> = {}
      const response: EventEmitter & { destroyed: boolean } = Object.assign(new EventEmitter(), {
        destroyed: false,
        writeHead: (status: number, headers: readonly string[]) => {
          sent['status'] = status
          for (let at = 0; at < headers.length; at += 2) sent[headers[at] ?? ''] = headers[at + 1]
          return response
        },
        end: () => undefined,
      })
      last = response
      const request = { headers, resume: () => (sent['bodyThrownAway'] = true) }
      if (!isAdmitted(request as unknown as IncomingMessage, response as unknown as ServerResponse))
        return sent
      open.push(response)
      return 'in'
    },
    /** The client that asked last closes its connection. */
    leave: () => {
      if (last) last.destroyed = true
    },
    answer: (count = 1) => {
      for (const one of open.splice(0, count)) one.emit('close')
    },
  }
}

test('what finds no room is refused with its key and when to come back; an answer makes room', () => {
  const { ask, answer, pass } = gate()
  expect([ask(), ask()]).toEqual(['in', 'in'])
  const refused = ask({ 'idempotency-key': 'k' })
  pass(450)
  expect(refused).toEqual({})
  pass(100)
  expect(refused).toMatchObject({ status: 429, 'Retry-After': '1', 'Idempotency-Key': 'k' })
  answer()
  expect(ask()).toBe('in')
  expect(ask()).not.toBe('in')
})

test('the refusal of a client that has gone is not sent', () => {
  const { ask, leave, pass } = gate()
  for (let nth = 0; nth < 2; nth++) ask()
  const refused = ask()
  leave()
  pass(1_000)
  expect(refused).toEqual({})
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
  expect(ask({ 'content-length': '1' })).not.toBe('in')
  answer()
  expect([ask({ 'content-length': '60' }), ask({ 'content-length': '40' })]).toEqual(['in', 'in'])
})

test('a body that does not tell its length counts as the longest that is read, and none counts as more', () => {
  const { ask, answer } = gate({ oneBodyBytesMax: 60 })
  expect(ask({ 'transfer-encoding': 'chunked' })).toBe('in')
  expect(ask({ 'content-length': '41' })).not.toBe('in')
  answer()
  expect([ask({ 'content-length': '5000' }), ask({ 'content-length': '40' })]).toEqual(['in', 'in'])
})

test('what is refused holds no body while it waits, and its connection ends with it where the rest is long', () => {
  const { ask, pass } = gate()
  for (let nth = 0; nth < 2; nth++) ask()
  const [small, chunked] = [ask({ 'content-length': '7' }), ask({ 'transfer-encoding': 'chunked' })]
  expect([small, chunked]).toEqual([{ bodyThrownAway: true }, { bodyThrownAway: true }])
  pass(600)
  expect(small).not.toHaveProperty('Connection')
  expect(chunked).toMatchObject({ status: 429, Connection: 'close' })
})

test('a browser may read the refusal, if it may call at all', () => {
  const { ask, pass } = gate()
  for (let nth = 0; nth < 2; nth++) ask()
  const [known, other] = [ask({ origin: 'https://app.example' }), ask({ origin: 'https://evil.example' })]
  pass(600)
  expect(known).toMatchObject({
    'Access-Control-Allow-Origin': 'https://app.example',
    'Access-Control-Expose-Headers': expect.stringContaining('Retry-After'),
    Vary: 'Origin',
  })
  expect(other).not.toHaveProperty('Access-Control-Allow-Origin')
  expect(other).toMatchObject({ status: 429, Vary: 'Origin' })
})
