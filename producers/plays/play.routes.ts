import { partitionOf } from '@reprise/schemas/partition.ts'
import { header } from '@reprise/core/event.ts'
import { inTime } from '@reprise/core/in-time.ts'
import { parsed } from '@reprise/core/invalid-request.ts'
import { logPieces } from '@reprise/core/log-pieces.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Appender, LogRecord } from '@reprise/core/ports/log.port.ts'
import { sampledTrace } from '@reprise/core/ports/tracer.port.ts'
import { type Position, tokenOf } from '@reprise/core/position.ts'
import { Problem, type ProblemCode } from '@reprise/core/problem.ts'
import type { CommandAnswer, CommandHandler, CommandRequest } from '../commands/command-handler.ts'
import { playEventOf, type PlayEvent, type TrackFacts } from './play-event.ts'
import { playRequest, type PlayRequest, playsMax, playsRequest } from './play-requests.ts'

/** What the route needs of the world. */
export type PlayRouteOptions = {
  readonly appender: Appender
  readonly codec: EventCodec
  readonly partitions: number
  readonly now: () => number
  readonly newEventId: () => string
  /** What the catalogue knows; nothing of a track that it doesn't. @throws {StoreUnavailable} */
  readonly factsOf: (trackIds: readonly string[]) => Promise<ReadonlyMap<string, TrackFacts>>
}

type Refused = {
  readonly code: ProblemCode
  readonly detail: string
  readonly facts?: Readonly<Record<string, unknown>>
}
type Judged = { readonly event: PlayEvent } | Refused

/** Plays and skips: validated one by one, appended without a decision, answered when the append is acknowledged. */
export const playRoutes = (options: PlayRouteOptions): readonly CommandHandler[] => {
  const append = createPlayLog(options.appender)
  const handle = async ({ actorId: userId, body, traceparent }: CommandRequest): Promise<CommandAnswer> => {
    const isList = typeof body === 'object' && body !== null && 'plays' in body
    const plays: readonly unknown[] = isList ? parsed(playsRequest, body).plays : [body]
    if (plays.length > playsMax)
      throw new Problem(
        'too-large',
        `${plays.length} plays in one request; send at most ${playsMax} and the rest in another`,
      )
    const read = plays.map(readPlay)
    const facts = await options.factsOf(read.flatMap((play) => ('trackId' in play ? [play.trackId] : [])))
    const judged = read.map((play) => ('trackId' in play ? judge(play, userId, facts, options) : play))
    if (!isList) refuseIfAlone(judged[0])
    const position = await append(
      recordsOf(judged, { userId, traceparent: sampledTrace(traceparent) }, options),
    )
    return {
      status: 202,
      position: position && tokenOf(position),
      body: { outcomes: judged.map(outcomeOf) },
    }
  }
  return [{ method: 'post', path: '/v1/plays', handle }]
}

const readPlay = (play: unknown): PlayRequest | Refused => {
  try {
    return parsed(playRequest, play)
  } catch (reason) {
    if (!(reason instanceof Problem)) throw reason
    return { code: reason.code, detail: reason.message, facts: reason.facts }
  }
}

const judge = (
  play: PlayRequest,
  userId: string,
  facts: ReadonlyMap<string, TrackFacts>,
  { newEventId, now }: PlayRouteOptions,
): Judged => {
  const track = facts.get(play.trackId)
  const event = playEventOf(play, { userId, eventId: newEventId(), now: now(), track })
  return 'refused' in event ? { code: event.refused, detail: event.detail } : { event }
}

const refuseIfAlone = (judged: Judged | undefined): void => {
  if (judged && 'code' in judged)
    throw new Problem(judged.code, judged.detail, judged.facts && { facts: judged.facts })
}

const outcomeOf = (judged: Judged) =>
  'event' in judged
    ? { status: 'accepted', type: judged.event.type, identity: judged.event.data.identity }
    : { status: 'refused', code: judged.code, detail: judged.detail, ...judged.facts }

const recordsOf = (
  judged: readonly Judged[],
  { userId, traceparent }: { readonly userId: string; readonly traceparent: string | undefined },
  { codec, partitions }: PlayRouteOptions,
): readonly LogRecord[] => {
  const partition = partitionOf(userId, partitions)
  return judged.flatMap((one): LogRecord[] => {
    if (!('event' in one)) return []
    const { type, data } = one.event
    const headers = {
      [header.id]: data.meta.eventId,
      [header.type]: type,
      ...(traceparent !== undefined && { [header.traceparent]: traceparent }),
    }
    return [{ partition, key: userId, value: codec.encode('playback-events', type, data), headers }]
  })
}

/** While the log is away, plays of all requests together must not fill the memory (law 13). */
const waitingMax = 50_000

/**
 * Appends records of one partition, in order; the position of the last one, if the broker told it. A large request goes
 * in pieces, each after the one before it is acknowledged: what was appended of one that failed counts once when all of
 * it is sent again.
 */
const createPlayLog = (appender: Appender) => {
  let waiting = 0
  const appendAll = async (records: readonly LogRecord[]): Promise<Position | undefined> => {
    let last: Position | undefined
    for (const piece of logPieces(records)) {
      const partition = piece[0]?.partition ?? 0
      const offset = (await appender.append(piece)).get(partition)
      last =
        offset === undefined
          ? undefined
          : { topic: 'playback-events', partition, offset: offset + piece.length - 1 }
    }
    return last
  }
  return async (records: readonly LogRecord[]): Promise<Position | undefined> => {
    if (records.length === 0) return undefined
    if (waiting + records.length > waitingMax)
      throw new Problem(
        'overloaded',
        `${waiting} plays are waiting for the log; nothing of this request was done`,
      )
    waiting += records.length
    // Counted until the log has spoken, however long its caller waits for that.
    return withinDeadline(appendAll(records).finally(() => (waiting -= records.length)))
  }
}

/** How long a caller waits for the log. */
const waitMsMax = 10_000

const withinDeadline = async <T>(appended: Promise<T>): Promise<T> => {
  try {
    return await inTime(appended, waitMsMax, () => new Error('the deadline has passed'))
  } catch (cause) {
    const detail = 'the log has not acknowledged all of the plays; send them again, each counts once'
    throw new Problem('outcome-unknown', detail, { cause })
  }
}
