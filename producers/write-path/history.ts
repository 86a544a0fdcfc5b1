import type { EventTypes, Meta } from '@reprise/schemas/generated/events.ts'
import { createAcceptance } from '@reprise/core/acceptance.ts'
import type { EventType } from '@reprise/core/event.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { Remembered } from './command.ts'
import type { Discard, Discarded } from '@reprise/core/discarded-records.ts'
import { createCommandIds } from './command-ids.ts'
import { createMoments } from './recent-moments.ts'
import type { Cut, Mark, SnapshotStore } from './snapshot-store.ts'
import type { Versioned } from './kept-state.ts'
import type { StateMemory } from './state-memory.ts'
import { createStreamStates } from './stream-states.ts'
import type { StreamType } from './stream-type.ts'

/** What reading one record of the partition meant. */
export type Read<Report> =
  | { readonly kind: 'stored' }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'claimed' }
  | { readonly kind: 'undecodable' }
  | { readonly kind: 'accepted'; readonly commandId: string; readonly answer: Remembered<Report> }

/** What a record means that this process has decided itself. */
export type Decided<State, Report> = {
  readonly streamId: string
  readonly commandId: string
  readonly bodyHash: string
  readonly keyTime: number | undefined
  readonly after: Versioned<State>
  readonly report: Report
}

/** What was read and not stored yet: records, and what the states that they changed and their answers take in memory. */
export type Unstored = {
  readonly records: number
  readonly stateBytes: number
  readonly answerBytes: number
}

/** What a history is folded from. */
export type HistoryOptions<State, Body, Type extends EventType, Report> = {
  readonly partition: number
  readonly stream: StreamType<State, Body, Type, Report>
  readonly codec: EventCodec
  readonly store: SnapshotStore<State, Report>
  /** Told of records that don't count, again after a crash. */
  readonly discard: Discard
  /** Where to go on; undefined at the partition's beginning. */
  readonly mark: Mark | undefined
  readonly memory: StateMemory<State>
}

/**
 * One partition's accepted history, folded record by record as it is read back: the last accepted id, where reading
 * goes on, the streams' states and the ids of commands. Nothing else ever changes it. It begins at a mark, with what
 * lies below it in the store.
 */
export const createHistory = <State, Body, Type extends EventType, Report>(
  options: HistoryOptions<State, Body, Type, Report>,
) => {
  const { partition, stream, codec, store, mark } = options
  const acceptance = createAcceptance(true, mark?.lastAcceptedId)
  const states = createStreamStates<State, Type, Report>({
    stream,
    load: store.loadState,
    isStoreEmpty: mark === undefined,
    memory: options.memory,
  })
  const ids = createCommandIds<Report>({ knownSince: mark?.recent.recordedAt ?? -Infinity })
  const unreadable = new Set<string>(mark?.unreadable)
  const moments = createMoments(mark)
  let nextOffset = mark?.recent.offset ?? 0
  let recordedAt = mark?.recordedAt ?? 0
  let storedBelow = mark?.offset ?? 0
  let superseded: Discarded[] = []
  let storing: Promise<void> = Promise.resolve()

  const passed = (record: StoredRecord) => {
    nextOffset = record.offset + 1
    recordedAt = Math.max(recordedAt, record.recordedAt)
  }
  /** What the mark has passed is stored; only its command's id is wanted. */
  const recall = (record: StoredRecord): Read<Report> => {
    const decoded = decodedIfPossible(codec, record)
    if (decoded && decoded.type !== claimType)
      ids.print((decoded.value as { readonly meta: Meta }).meta.commandId, record.recordedAt)
    return { kind: 'stored' }
  }
  const fold = (record: StoredRecord): Read<Report> => {
    const decoded = decodedIfPossible(codec, record)
    if (decoded === undefined) {
      unreadable.add(record.key)
      return { kind: 'undecodable' }
    }
    if (decoded.type === claimType) return { kind: 'claimed' }
    const { meta } = decoded.value as { readonly meta: Meta }
    const event = { type: decoded.type, data: decoded.value } as {
      readonly type: Type
      readonly data: EventTypes[Type]
    }
    const { streamId, commandId, bodyHash } = meta
    const { offset } = record
    // What is accepted was decided on the history below it, so its writer counted right.
    const version = meta.streamVersion ?? 0
    const answer = { bodyHash, version, offset, report: stream.reportOf(event) }
    const bytes = decodedTimes * record.value.length
    states.fold(streamId, { offset, version, event, bytes, creation: { ...answer, commandId } })
    ids.remember(commandId, record.recordedAt, answer)
    return { kind: 'accepted', commandId, answer }
  }
  const storeAll = async (isUrgent: boolean): Promise<void> => {
    for (let absent = states.absent(); absent.length > 0; absent = states.absent())
      await Promise.all(absent.slice(0, loadsAtOnce).map((streamId) => states.load(streamId)))
    const changed = states.cut()
    const cut: Cut<State> = {
      states: changed.states,
      answers: ids.unstored(),
      isUrgent,
      mark: {
        offset: nextOffset,
        lastAcceptedId: acceptance.lastAcceptedId,
        recordedAt,
        recent: moments.before({ offset: nextOffset, recordedAt }),
        unreadable: [...unreadable],
      },
    }
    const discarded = superseded
    if (discarded.length > 0) await options.discard(partition, discarded)
    superseded = superseded.slice(discarded.length)
    await store.write(partition, cut)
    ids.stored(cut.answers)
    storedBelow = cut.mark.offset
    await changed.stored()
  }

  return {
    get lastAcceptedId() {
      return acceptance.lastAcceptedId
    },
    /** The offset of the record to be read next: all below it is folded. */
    get nextOffset() {
      return nextOffset
    },
    /** All below it was stored, also while it is still being read again: what the mark has passed is never folded. */
    get storedBelow() {
      return storedBelow
    },
    get unstored(): Unstored {
      const records = Math.max(0, nextOffset - storedBelow)
      return { records, stateBytes: states.changedBytes, answerBytes: ids.bytes }
    },
    /** The state of a stream, at version 0 when it has no events; undefined when it must be loaded first. */
    stateOf: states.find,
    loadState: states.load,
    /** Whether an accepted record of this stream can't be read, so that nothing can be decided on it. */
    isUnreadable: (streamId: string): boolean => unreadable.has(streamId),
    /** The first accepted answer to this command, if its stream remembers it or it isn't stored yet. */
    find: (streamId: string, commandId: string): Remembered<Report> | undefined => {
      const creation = stream.creationOf(states.find(streamId)?.state ?? stream.initialState)
      return creation?.commandId === commandId ? creation : ids.find(commandId)
    },
    mayBeStored: ids.mayBeStored,
    wasRead: ids.wasRead,
    lookUp: (commandId: string, keyTime: number | undefined) =>
      store.findAnswer(partition, commandId, keyTime),
    /** Reads the next record. Acceptance looks at headers alone, so what can't be decoded takes part. */
    read: (record: StoredRecord): Read<Report> => {
      passed(record)
      if (record.offset < (mark?.offset ?? 0)) return recall(record)
      if (acceptance.accept(record)) return fold(record)
      superseded.push({ offset: record.offset, eventId: record.eventId })
      return { kind: 'superseded' }
    },
    /** Reads the next record, an accepted one that was decided here: its state is known, and its bytes needn't be read. */
    adopt: (record: StoredRecord, decided: Decided<State, Report>): Remembered<Report> => {
      passed(record)
      acceptance.accept(record)
      const { streamId, commandId, bodyHash, keyTime, report, after } = decided
      const { version } = after
      const { offset } = record
      const answer = { bodyHash, version, offset, report }
      const state = version === 1 ? stream.withCreation(after.state, { ...answer, commandId }) : after.state
      states.adopt(streamId, { state, version, offset })
      ids.remember(commandId, record.recordedAt, answer, keyTime)
      return answer
    },
    /** Reads the next record, an accepted claim of this process. */
    adoptClaim: (record: StoredRecord): void => {
      passed(record)
      acceptance.accept(record)
    },
    /**
     * Stores everything that was read, little by little unless it is urgent; one time after the other, for what is
     * stored is left out of what comes next.
     * @throws what the store throws; then it is as if it hadn't been tried
     */
    storeAll: (isUrgent: boolean): Promise<void> => {
      const stored = storing.then(() => storeAll(isUrgent))
      storing = stored.catch(() => undefined)
      return stored
    },
  }
}

/** The type of a record that only says who drives the partition. */
export const claimType = 'PartitionClaimed'

const loadsAtOnce = 256

/** A decoded event takes so many times what its bytes do. */
const decodedTimes = 4

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
