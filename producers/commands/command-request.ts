import { bodyHashOf, commandIdOf } from '@reprise/core/identity.ts'
import { tokenOf } from '@reprise/core/position.ts'
import { sampledTrace } from '@reprise/core/ports/tracer.port.ts'
import { Problem, type ProblemCode } from '@reprise/core/problem.ts'
import type { Command, Outcome } from '../write-path/command.ts'
import type { Commands } from '../write-path/command-log.ts'
import { keyRefusalOf, keyTimeOf } from '../write-path/idempotency-key.ts'
import type { CommandAnswer, CommandRequest } from './command-handler.ts'

/** How far ahead of our clock a client may claim that something happened. */
export const aheadMsMax = 3_600_000

/**
 * The command that a request carries.
 * @throws {Problem} `bad-header`, `invalid-request`
 */
export const commandOf = <Body>(
  { method, actorId, key, ifMatch, traceparent }: CommandRequest,
  given: {
    readonly streamId: string
    readonly body: Body
    readonly occurredAt: number | undefined
    readonly now: number
  },
): Command<Body> => {
  const { streamId, body, occurredAt, now } = given
  const expectedVersion = versionOf(ifMatch)
  if (occurredAt !== undefined && occurredAt > now + aheadMsMax)
    throw new Problem(
      'invalid-request',
      'occurredAt lies more than an hour ahead; check the clock of the device',
    )
  return {
    streamId,
    actorId,
    commandId: commandIdOf(actorId, streamId, key),
    bodyHash: bodyHashOf(method, { body, occurredAt, expectedVersion }),
    body,
    deviceId: null,
    occurredAt: occurredAt ?? now,
    expectedVersion,
    keyRefusal: keyRefusalOf(key, now),
    keyTime: keyTimeOf(key),
    traceparent: sampledTrace(traceparent),
  }
}

/** What an answer says beside what follows from the outcome. */
export type Success = { readonly status: number; readonly location?: string; readonly body?: object }

/**
 * Submits a command and answers with its outcome. Nothing is waited for before it is submitted.
 * @throws {Problem} what the command log throws
 */
export const submitted = async <Body, Report>(
  commands: Commands<Body, Report>,
  command: Command<Body>,
  successOf: (done: { readonly version: number; readonly report: Report | undefined }) => Success,
): Promise<CommandAnswer> => {
  const outcome = await commands.submit(command)
  const { version } = outcome
  const etag = version > 0 ? `"${version}"` : undefined
  if (outcome.kind === 'refused')
    return { problem: problemOf(outcome), etag: tellsVersion.has(outcome.refusal.refused) ? etag : undefined }
  const { offset } = outcome
  return {
    ...successOf({ version, report: outcome.kind === 'accepted' ? outcome.report : undefined }),
    etag,
    position: offset >= 0 ? tokenOf(commands.positionOf(command.streamId, offset)) : undefined,
  }
}

/** The refusals that only they get who may see the stream. The others look the same whether it is there or not. */
const tellsVersion: ReadonlySet<ProblemCode> = new Set([
  'version-mismatch',
  'forbidden',
  'already-gone',
  'rule-broken',
  'too-large',
  'key-reused',
])

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
