import { MessageChannel } from 'node:worker_threads'
import { afterEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Problem } from '@reprise/core/problem.ts'
import { answerCalls, type Caller, createCaller, type Port } from './calls.ts'

let close: () => void = () => undefined
afterEach(() => close())

/** Who asks, on one end of a channel, and how often a message passed. */
const connect = <Asked>(answer: (asked: Asked) => Promise<unknown>) => {
  const { port1, port2 } = new MessageChannel()
  close = () => port1.close()
  const messages = { count: 0 }
  const counted: Port = {
    on: (event, listener) => port1.on(event, listener),
    postMessage: (text) => {
      messages.count++
      port1.postMessage(text)
    },
  }
  answerCalls(port2, answer)
  const ask: Caller<Asked> = createCaller(counted)
  return { ask, messages }
}
const waitFor = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('calls from one thread to another', () => {
  test('carry whatever is JSON, and bring back what was answered', async () => {
    const { ask } = connect<unknown>((asked) => Promise.resolve(asked))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), async (all) => {
        expect(await Promise.all(all.map((one) => ask(one)))).toEqual(JSON.parse(JSON.stringify(all)))
      }),
    )
  })

  test('arrive in the order in which they are made, and each gets its own answer whenever that is ready', async () => {
    const arrived: number[] = []
    const { ask } = connect<number>(async (asked) => {
      arrived.push(asked)
      await waitFor(asked % 7)
      return -asked
    })
    const numbers = Array.from({ length: 500 }, (_, nth) => nth + 1)
    expect(await Promise.all(numbers.map((one) => ask<number>(one)))).toEqual(numbers.map((one) => -one))
    // Numbers of calls are used again by now.
    expect(await Promise.all(numbers.map((one) => ask<number>(one + 500)))).toEqual(
      numbers.map((one) => -one - 500),
    )
    expect(arrived).toEqual(Array.from({ length: 1_000 }, (_, nth) => nth + 1))
  })

  test('share messages within a turn', async () => {
    const { ask, messages } = connect<number>((asked) => Promise.resolve(asked))
    await Promise.all(Array.from({ length: 20 }, (_, nth) => ask(nth)))
    expect(messages.count).toBe(1)
    await Promise.all(Array.from({ length: 1_000 }, (_, nth) => ask(nth)))
    expect(messages.count).toBeLessThanOrEqual(34)
  })

  test('tell problems as they were thrown', async () => {
    const given = new Problem('overloaded', 'too much', { facts: { waiting: 3 }, retryAfterSeconds: 7 })
    const { ask } = connect<string>((asked) =>
      Promise.reject(asked === 'overloaded' ? given : new Problem('key-reused', 'twice')),
    )
    const thrown: unknown = await ask('overloaded').catch((reason: unknown) => reason)
    expect(thrown).toBeInstanceOf(Problem)
    const { code, message, facts, retryAfterSeconds } = given
    expect(thrown).toMatchObject({ code, message, facts, retryAfterSeconds })
    await expect(ask('reused')).rejects.toMatchObject({ code: 'key-reused', retryAfterSeconds: undefined })
  })

  test('tell what nobody expected with the stack of where it was thrown', async () => {
    const broken = new TypeError('x is not a function')
    const { ask } = connect<string>((asked) =>
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what somebody else's code may throw
      asked === 'text' ? Promise.reject('only a text') : Promise.reject(broken),
    )
    const thrown = (await ask('error').catch((reason: unknown) => reason)) as Error
    expect(thrown).toMatchObject({ message: broken.message, stack: broken.stack })
    expect(thrown).not.toBeInstanceOf(Problem)
    await expect(ask('text')).rejects.toThrow('only a text')
    // The next ones are answered as before.
    await expect(ask('error')).rejects.toThrow('x is not a function')
  })
})
