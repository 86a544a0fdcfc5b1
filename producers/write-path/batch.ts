import type { Meta } from '@reprise/schemas/generated/events.ts'
import type { TopicName } from '@reprise/schemas/topics.ts'
import type { EvolvingEvent, NewEvent, Refusal } from '@reprise/core/decider.ts'
import { header, type EventType } from '@reprise/core/event.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { LogRecord } from '@reprise/core/ports/log.port.ts'
import { acceptedOutcome, type Command, type Outcome } from './command.ts'
import type { History } from './history.ts'
import type { Versioned } from './stream-states.ts'
import type { StreamType } from './stream-type.ts'

/** An event larger than this is refused. */
export const eventBytesMax = 512 * 1024

/** What deciding a command came to. `final` answers need no fence: they come from the accepted history. */
export type Decided<Report> =
  | { readonly kind: 'append'; readonly eventId: string; readonly record: LogRecord }
  | { readonly kind: 'answer'; readonly outcome: Outcome<Report>; readonly final: boolean }
  | { readonly kind: 'later' }

/**
 * Decides commands one after the other on the partition's history plus what the batch itself has decided so far, and
 * chains the records: each names the one before it, the first one the last accepted record. A refusal on a stream
 * that the batch has changed waits, since those changes may yet be superseded.
 */
export const createBatch = <State, Body, Type extends EventType, Report>(options: {
  readonly topic: TopicName
  readonly partition: number
  readonly stream: StreamType<State, Body, Type, Report>
  readonly codec: EventCodec
  readonly history: History<State, Body, Type, Report>
  readonly newEventId: () => string
}) => {
  const { topic, partition, stream, codec, history } = options
  const changed = new Map<string, Versioned<State>>()
  let previous = history.lastAcceptedId
  let bytes = 0

  const append = (
    command: Command<Body>,
    before: Versioned<State>,
    event: NewEvent<Type>,
  ): Decided<Report> => {
    const eventId = options.newEventId()
    const version = before.version + 1
    const data = { ...event.data, meta: metaOf(command, eventId, version) }
    const value = codec.encode(topic, event.type, data)
    if (value.length > eventBytesMax)
      return answered(tooLarge(value.length), before.version, changed.has(command.streamId))
    const headers = {
      [header.id]: eventId,
      [header.type]: event.type,
      [header.previous]: previous,
      ...(command.traceparent !== undefined && { [header.traceparent]: command.traceparent }),
    }
    const evolving = { type: event.type, data } as unknown as EvolvingEvent<Type>
    changed.set(command.streamId, { state: stream.evolve(before.state, evolving), version })
    previous = eventId
    bytes += value.length + 200
    return { kind: 'append', eventId, record: { partition, key: command.streamId, value, headers } }
  }

  const decide = (command: Command<Body>): Decided<Report> => {
    const { streamId, commandId, bodyHash } = command
    const first = history.find(streamId, commandId)
    if (first !== undefined)
      return first.bodyHash === bodyHash
        ? { kind: 'answer', outcome: acceptedOutcome(first), final: true }
        : {
            kind: 'answer',
            outcome: { kind: 'refused', refusal: keyReused, version: first.version },
            final: true,
          }
    const before = changed.get(streamId) ?? history.stateOf(streamId)
    const isSpeculative = changed.has(streamId)
    if (history.isUnreadable(streamId)) return answered(streamQuarantined, before.version, isSpeculative)
    if (command.keyRefusal) return answered(command.keyRefusal, before.version, isSpeculative)
    if (command.expectedVersion !== undefined && command.expectedVersion !== before.version)
      return answered(versionMismatch(command.expectedVersion, before.version), before.version, isSpeculative)
    const decision = stream.decide(before.state, command)
    if (decision === 'nothing-to-do') return unchanged(before.version, history.nextOffset - 1, isSpeculative)
    if ('refused' in decision) return answered(decision, before.version, isSpeculative)
    return append(command, before, decision)
  }

  return {
    decide,
    get bytes() {
      return bytes
    },
  }
}

const metaOf = (command: Command, eventId: string, streamVersion: number): Meta => ({
  eventId,
  commandId: command.commandId,
  bodyHash: command.bodyHash,
  streamId: command.streamId,
  streamVersion,
  actorId: command.actorId,
  deviceId: command.deviceId,
  lamport: command.lamport ?? null,
  occurredAt: command.occurredAt,
})

const answered = <Report>(refusal: Refusal, version: number, isSpeculative: boolean): Decided<Report> =>
  isSpeculative
    ? { kind: 'later' }
    : { kind: 'answer', outcome: { kind: 'refused', refusal, version }, final: false }

const unchanged = <Report>(version: number, offset: number, isSpeculative: boolean): Decided<Report> =>
  isSpeculative
    ? { kind: 'later' }
    : { kind: 'answer', outcome: { kind: 'unchanged', version, offset }, final: false }

const keyReused: Refusal = {
  refused: 'key-reused',
  detail: 'this Idempotency-Key was accepted with another body; send a new key for a new command',
}

const streamQuarantined: Refusal = {
  refused: 'stream-quarantined',
  detail:
    'a record of this stream cannot be read, so nothing can be decided on it; operators have to look at it',
}

const versionMismatch = (expected: number, current: number): Refusal => ({
  refused: 'version-mismatch',
  detail: `If-Match names version ${expected}, the current one is ${current}; read it again and decide anew`,
  facts: { currentVersion: current },
})

const tooLarge = (bytes: number): Refusal => ({
  refused: 'too-large',
  detail: `the event would have ${bytes} bytes, at most ${eventBytesMax} are stored; send it as several commands`,
})
