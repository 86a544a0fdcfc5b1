import type { Request, RequestHandler, Response } from 'express'
import { callerOf } from '@reprise/core/caller.ts'
import { bodyHashOf, commandIdOf } from '@reprise/core/identity.ts'
import { tokenOf } from '@reprise/core/position.ts'
import { Problem } from '@reprise/core/problem.ts'
import type { Command, Outcome } from './command.ts'
import type { CommandLog } from './command-log.ts'
import { idempotencyKeyOf, keyRefusalOf, keyTimeOf } from './idempotency-key.ts'

/** How far ahead of our clock a client may claim that something happened. */
export const aheadMsMax = 3_600_000

/** Law 4: the first process that sees a command fixes its key, and every answer returns it, whatever becomes of it. */
export const fixKey: RequestHandler = (request, response, next) => {
  const key = idempotencyKeyOf(request.get('idempotency-key'))
  request.headers['idempotency-key'] = key
  response.set('Idempotency-Key', key)
  next()
}

/**
 * The command that a request carries.
 * @throws {Problem} `unauthenticated`, `bad-header`, `invalid-request`
 */
export const commandOf = <Body>(
  request: Request,
  response: Response,
  given: {
    readonly streamId: string
    readonly body: Body
    readonly occurredAt: number | undefined
    readonly now: number
  },
): Command<Body> => {
  const { userId } = callerOf(response.locals)
  const key = idempotencyKeyOf(request.get('idempotency-key'))
  const expectedVersion = versionOf(request.get('if-match'))
  if (given.occurredAt !== undefined && given.occurredAt > given.now + aheadMsMax)
    throw new Problem(
      'invalid-request',
      'occurredAt lies more than an hour ahead; check the clock of the device',
    )
  return {
    streamId: given.streamId,
    actorId: userId,
    commandId: commandIdOf(userId, given.streamId, key),
    bodyHash: bodyHashOf(request.method, { body: given.body, occurredAt: given.occurredAt, expectedVersion }),
    body: given.body,
    deviceId: null,
    occurredAt: given.occurredAt ?? given.now,
    expectedVersion,
    keyRefusal: keyRefusalOf(key, given.now),
    keyTime: keyTimeOf(key),
    traceparent: sampledTrace(request.get('traceparent')),
  }
}

/**
 * Sets the headers of a successful answer and gives what the body needs.
 * @throws {Problem} the refusal
 */
export const accepted = <Body, Report>(
  response: Response,
  commands: CommandLog<Body, Report>,
  { streamId }: Command<Body>,
  outcome: Outcome<Report>,
): { readonly version: number; readonly report: Report | undefined } => {
  const { version } = outcome
  if (version > 0) response.set('ETag', `"${version}"`)
  if (outcome.kind === 'refused') throw problemOf(outcome)
  if (outcome.offset >= 0)
    response.set('Reprise-Position', tokenOf(commands.positionOf(streamId, outcome.offset)))
  return { version, report: outcome.kind === 'accepted' ? outcome.report : undefined }
}

const problemOf = ({ refusal }: Extract<Outcome, { kind: 'refused' }>): Problem =>
  new Problem(refusal.refused, refusal.detail, refusal.facts && { facts: refusal.facts })

/** The stream version in an If-Match header: `"7"`, or the ETag of a query, `"7-…"`, of which the first part counts. */
const versionOf = (ifMatch: string | undefined): number | undefined => {
  if (ifMatch === undefined) return undefined
  const version = /^(?:W\/)?"(\d{1,15})(?:-[^"]*)?"$/.exec(ifMatch.trim())?.[1]
  if (version === undefined)
    throw new Problem(
      'bad-header',
      `If-Match takes one ETag as it was received, for example "7"; got ${ifMatch.slice(0, 80)}`,
    )
  return Number(version)
}

/** A W3C trace context whose sampled flag is set; others are not worth a header in the log. */
const sampledTrace = (traceparent: string | undefined): string | undefined => {
  const flags = /^00-[\da-f]{32}-[\da-f]{16}-([\da-f]{2})$/.exec(traceparent ?? '')?.[1]
  return flags !== undefined && Number.parseInt(flags, 16) % 2 === 1 ? traceparent : undefined
}
