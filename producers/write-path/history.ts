import type { EventTypes, Meta } from '@reprise/schemas/generated/events.ts'
import { createAcceptance } from '@reprise/core/acceptance.ts'
import type { EventType } from '@reprise/core/event.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { Remembered } from './command.ts'
import { createCommandIds } from './command-ids.ts'
import { createStreamStates, type Versioned } from './stream-states.ts'
import type { StreamType } from './stream-type.ts'

/** What reading one record of the partition meant. */
export type Read<Report> =
  | { readonly kind: 'superseded' }
  | { readonly kind: 'undecodable' }
  | { readonly kind: 'accepted'; readonly commandId: string; readonly answer: Remembered<Report> }

/**
 * One partition's accepted history, folded record by record as it is read back: the last accepted id, where reading
 * goes on, the streams' states and the ids of commands. Nothing else ever changes it.
 */
export const createHistory = <State, Body, Type extends EventType, Report>(
  stream: StreamType<State, Body, Type, Report>,
  codec: EventCodec,
) => {
  const acceptance = createAcceptance(true)
  const states = createStreamStates<State>()
  const ids = createCommandIds<Report>()
  const unreadable = new Set<string>()
  let nextOffset = 0

  const fold = (record: StoredRecord): Read<Report> => {
    const decoded = decodedIfPossible(codec, record)
    if (decoded === undefined) {
      unreadable.add(record.key)
      return { kind: 'undecodable' }
    }
    const { meta } = decoded.value as { readonly meta: Meta }
    const event = { type: decoded.type, data: decoded.value } as {
      readonly type: Type
      readonly data: EventTypes[Type]
    }
    const before = states.find(meta.streamId)
    const version = (before?.version ?? 0) + 1
    const answer = { bodyHash: meta.bodyHash, version, offset: record.offset, report: stream.reportOf(event) }
    const evolved = stream.evolve(before?.state ?? stream.initialState, event)
    const state = before ? evolved : stream.withCreation(evolved, { ...answer, commandId: meta.commandId })
    states.store(meta.streamId, { state, version })
    ids.remember(meta.commandId, record.recordedAt, answer)
    return { kind: 'accepted', commandId: meta.commandId, answer }
  }

  return {
    get lastAcceptedId() {
      return acceptance.lastAcceptedId
    },
    /** The offset of the record to be read next: all below it is folded. */
    get nextOffset() {
      return nextOffset
    },
    /** The state of a stream, the initial one at version 0 when it has no events. */
    stateOf: (streamId: string): Versioned<State> =>
      states.find(streamId) ?? { state: stream.initialState, version: 0 },
    /** Whether an accepted record of this stream can't be read, so that nothing can be decided on it. */
    isUnreadable: (streamId: string): boolean => unreadable.has(streamId),
    /** The first accepted answer to this command, if its stream or the last 24 hours remember it. */
    find: (streamId: string, commandId: string): Remembered<Report> | undefined => {
      const creation = stream.creationOf(states.find(streamId)?.state ?? stream.initialState)
      return creation?.commandId === commandId ? creation : ids.find(commandId)
    },
    /** Reads the next record. Acceptance looks at headers alone, so what can't be decoded takes part. */
    read: (record: StoredRecord): Read<Report> => {
      nextOffset = record.offset + 1
      return acceptance.accept(record) ? fold(record) : { kind: 'superseded' }
    },
  }
}

/** See {@link createHistory}. */
export type History<State, Body, Type extends EventType, Report> = ReturnType<
  typeof createHistory<State, Body, Type, Report>
>

const decodedIfPossible = (codec: EventCodec, record: StoredRecord) => {
  try {
    return codec.decode(record.value)
  } catch {
    return undefined
  }
}
