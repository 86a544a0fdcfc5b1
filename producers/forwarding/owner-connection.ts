import { type IncomingMessage, request as httpRequest } from 'node:http'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { Owner } from '@reprise/core/ports/ownership.port.ts'
import { Problem } from '@reprise/core/problem.ts'
import type { Outcome } from '../write-path/command.ts'
import { Moved } from '../write-path/pending-commands.ts'
import {
  beatMs,
  type ForwardedAnswer,
  type ForwardedCommand,
  forwardingPath,
  lineBytesMax,
  outcomeOf,
} from './forwarded-command.ts'
import { createLineSplitter, createLineWriter } from './lines.ts'

type Waiting = {
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (reason: Error) => void
  /** Until it is written. */
  line: string
  wasSent: boolean
}

/** A connection to one owner. */
export type OwnerConnection = {
  readonly isClosed: () => boolean
  /** @throws {Problem} `overloaded`, `too-large`, the owner's {@link Moved} */
  readonly send: (forwarded: Omit<ForwardedCommand, 'n' | 'heard'>) => Promise<Outcome>
  readonly close: () => void
}

const waitingMax = 10_000
const unsentBytesMax = 64 * 1024 * 1024
/** So many beats without a byte from the owner, and it counts as gone. */
const silentBeatsMax = 5
const idleBeatsMax = 120

/**
 * One request that stays open and carries commands one way and answers the other, a line each. A command waits for no
 * other: its answer comes when its outcome is known. Nothing is written before the owner has answered that it takes
 * it; when the connection breaks or goes silent, what was written may have been done, and the rest was not.
 */
export const createOwnerConnection = ({ address, secret }: Owner, logger: Logger): OwnerConnection => {
  const waiting = new Map<number, Waiting>()
  let unsent: number[] = []
  let unsentBytes = 0
  let last = 0
  let heard = 0
  let isOpen = false
  let isClosed = false
  let silentBeats = 0
  let idleBeats = 0

  const request = httpRequest(new URL(forwardingPath, address), {
    method: 'POST',
    agent: false,
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/x-ndjson' },
  })
  const fail = (reason: string) => {
    if (isClosed) return
    isClosed = true
    clearInterval(watch)
    request.destroy()
    if (waiting.size > 0)
      logger.warn({ address, commands: waiting.size, reason }, 'the connection to an owner broke')
    for (const { reject, wasSent } of waiting.values()) reject(new Moved(wasSent))
    waiting.clear()
  }
  const take = (count: number): readonly string[] => {
    const lines: string[] = []
    for (const n of unsent.slice(0, count)) {
      const entry = waiting.get(n)
      if (entry === undefined) continue
      lines.push(entry.line)
      unsentBytes -= entry.line.length
      entry.line = ''
      entry.wasSent = true
    }
    unsent = unsent.slice(count)
    return lines
  }
  const { flush } = createLineWriter(request, take)
  const read = (line: string) => {
    if (line === '') return
    const answer = JSON.parse(line) as ForwardedAnswer
    const entry = waiting.get(answer.n)
    waiting.delete(answer.n)
    if ('moved' in answer) heard++
    try {
      entry?.resolve(outcomeOf(answer))
    } catch (reason) {
      entry?.reject(reason as Error)
    }
  }
  const listenTo = (response: IncomingMessage) => {
    if (response.statusCode !== 200) {
      fail(`it answered ${response.statusCode}`)
      return
    }
    isOpen = true
    const split = createLineSplitter(lineBytesMax)
    response.on('data', (chunk: Buffer) => {
      silentBeats = 0
      try {
        for (const line of split(chunk)) read(line)
      } catch (reason) {
        fail(String(reason))
      }
    })
    response.on('error', (reason) => fail(reason.message))
    response.on('close', () => fail('it was closed'))
    flush()
  }
  // Beats are counted, not the time: if this process was stopped for a while, that is not the owner's silence.
  const watch = setInterval(() => {
    idleBeats = waiting.size > 0 ? 0 : idleBeats + 1
    if (++silentBeats > silentBeatsMax) fail('the owner is silent')
    else if (idleBeats > idleBeatsMax) fail('it was not used')
  }, beatMs)
  request.on('response', listenTo)
  request.on('error', (reason) => fail(reason.message))
  request.flushHeaders()

  return {
    isClosed: () => isClosed,
    send: async (forwarded) => {
      if (isClosed) throw new Moved(false)
      const n = ++last
      const line = JSON.stringify({ n, heard, ...forwarded } satisfies ForwardedCommand)
      if (Buffer.byteLength(line) > lineBytesMax)
        throw new Problem('too-large', `a command of ${line.length} characters can't be forwarded`)
      if (waiting.size >= waitingMax || unsentBytes > unsentBytesMax)
        throw new Problem('overloaded', 'too many commands wait for their owner; nothing was done')
      const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
      waiting.set(n, { resolve, reject, line, wasSent: false })
      unsent.push(n)
      unsentBytes += line.length
      if (isOpen) flush()
      return promise
    },
    close: () => fail('this process is stopping'),
  }
}
