import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem } from '@reprise/core/problem.ts'
import { sendProblem } from './problem-answer.ts'

/** How much is let in at once. */
export type AdmissionLimits = {
  /** So many requests are always let in. */
  readonly requestsMin: number
  readonly requestsMax: number
  readonly bodyBytesMax: number
}

/** How long a request that is let in waits about, at most, behind those that were let in before. */
const waitMs = 1_000
/** How often the pace is looked at. */
const lookMs = 250

/**
 * Lets in as many requests as were answered in the last second (law 13), so that whoever is let in is answered in
 * about that time however slow the machine is; the others are refused at once, before anything is done for them. Says
 * whether a request may go on.
 */
export const createAdmission = (limits: AdmissionLimits, now: () => number = () => performance.now()) => {
  let requests = 0
  let bodyBytes = 0
  let answered = 0
  let perSecond = 0
  let lookedAt = now()

  const look = () => {
    const passed = now() - lookedAt
    if (passed < lookMs) return
    // A pause without requests says nothing about the pace.
    const pace = (answered * 1_000) / Math.max(passed, lookMs)
    perSecond = passed > waitMs ? pace : (perSecond + pace) / 2
    answered = 0
    lookedAt = now()
  }
  const requestsMax = () =>
    Math.min(limits.requestsMax, Math.max(limits.requestsMin, (perSecond * waitMs) / 1_000))
  const hasRoom = (bytes: number) =>
    requests < requestsMax() && (bodyBytes === 0 || bodyBytes + bytes <= limits.bodyBytesMax)

  return (request: IncomingMessage, response: ServerResponse): boolean => {
    look()
    const bytes = Number(request.headers['content-length'] ?? 0)
    if (!hasRoom(bytes)) {
      refuse(request, response, requests)
      return false
    }
    requests++
    bodyBytes += bytes
    response.once('close', () => {
      requests--
      bodyBytes -= bytes
      answered++
    })
    return true
  }
}

const refuse = ({ headers }: IncomingMessage, response: ServerResponse, requests: number): void => {
  const key = headers['idempotency-key']
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) response.setHeader('Idempotency-Key', key)
  const detail = `${requests} requests are under way; nothing of this one was done`
  // A body that isn't read here is thrown away, which is worth it for a small one alone.
  if (Number(headers['content-length'] ?? 0) > 65_536) response.setHeader('Connection', 'close')
  sendProblem(response, new Problem('overloaded', detail))
}
