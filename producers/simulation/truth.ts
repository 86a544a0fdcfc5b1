import { claimType } from '../write-path/history.ts'
import { isDeepStrictEqual } from 'node:util'
import type { Meta } from '@reprise/schemas/generated/events.ts'
import { partitionOf } from '@reprise/schemas/partition.ts'
import { type EvolvingEvent, isRefusal } from '@reprise/core/decider.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'
import {
  type PlaylistCommand,
  playlistDecider,
  type PlaylistEvent,
  type PlaylistReport,
  type PlaylistState,
} from '../playlists/playlist.decider.ts'
import type { Command } from '../write-path/command.ts'
import type { SimulatedBroker } from './simulated-broker.ts'

/** A command on a playlist. */
export type PlaylistOrder = Command<PlaylistCommand>

/** What the history says of an accepted command. */
export type Fact = {
  readonly order: PlaylistOrder
  readonly offset: number
  readonly version: number
  readonly report: PlaylistReport
}

/** What the history up to some offset says of a command: its answer, or that it would append. */
export type Said =
  | ({ readonly kind: 'accepted' } & Fact)
  | { readonly kind: 'refused'; readonly code: string; readonly version: number }
  | { readonly kind: 'unchanged'; readonly version: number }
  | { readonly kind: 'would append'; readonly version: number }

type Version = { readonly offset: number; readonly version: number; readonly state: PlaylistState }
const unborn: Version = { offset: -1, version: 0, state: playlistDecider.initialState }

/**
 * The accepted history, judged from the broker's side by a fold of its own that shares nothing with the write path but
 * the decider: law 3 in one line, streams with all their versions, and commands by id. It objects to a record that
 * was not decided on exactly the history before it, and to a command that takes effect twice.
 */
export const createTruth = (options: {
  readonly codec: EventCodec
  readonly broker: SimulatedBroker
  /** The command that a client gave, by its id and the hash of its body. */
  readonly orderOf: (commandId: string, bodyHash: string) => PlaylistOrder | undefined
  readonly object: (violation: string) => void
}) => {
  const { codec, broker, object } = options
  const streams = new Map<string, Version[]>()
  const facts = new Map<string, Fact>()
  const last = broker.partitions.map(() => '')
  const read = broker.partitions.map(() => 0)
  const accepted = broker.partitions.map(() => new Set<number>())
  let superseded = 0

  const judge = (partition: number, record: StoredRecord): void => {
    if (record.eventId === '' || record.previous !== last[partition]) {
      superseded++
      return
    }
    last[partition] = record.eventId
    accepted[partition]?.add(record.offset)
    const { type, value } = codec.decode(record.value)
    // A claim belongs to no command and changes no stream.
    if (type === claimType) return
    const { meta } = value as { readonly meta: Meta }
    const order = options.orderOf(meta.commandId, meta.bodyHash)
    if (order === undefined) {
      object(`offset ${record.offset}: nobody gave command ${meta.commandId}`)
      return
    }
    const before = versionAt(meta.streamId, record.offset)
    const said = saidOf(order, record.offset)
    if (said.kind !== 'would append') {
      object(
        `${meta.commandId} was accepted at ${record.offset}, but the history before it says: ${said.kind}`,
      )
      return
    }
    if (!isDecidedOn(codec, before, order, record)) {
      object(`offset ${record.offset} was decided on another history than the one before it`)
      return
    }
    const version = before.version + 1
    const event = { type, data: value } as EvolvingEvent<PlaylistEvent>
    const report = playlistDecider.reportOf(event)
    const fact: Fact = { order, offset: record.offset, version, report }
    if (!facts.has(meta.commandId)) facts.set(meta.commandId, fact)
    const state = playlistDecider.evolve(before.state, event)
    streams.set(meta.streamId, [
      ...(streams.get(meta.streamId) ?? []),
      { offset: record.offset, version, state },
    ])
  }
  const versionAt = (streamId: string, end: number): Version =>
    streams.get(streamId)?.findLast(({ offset }) => offset < end) ?? unborn

  const saidOf = (order: PlaylistOrder, end: number): Said => {
    const { version, state } = versionAt(order.streamId, end)
    const fact = facts.get(order.commandId)
    if (fact !== undefined && fact.offset < end)
      return fact.order.bodyHash === order.bodyHash
        ? { kind: 'accepted', ...fact }
        : { kind: 'refused', code: 'key-reused', version: fact.version }
    if (order.keyRefusal) return { kind: 'refused', code: order.keyRefusal.refused, version }
    const decision = playlistDecider.decide(state, order)
    const refused = isRefusal(decision) ? decision.refused : undefined
    const isBarred = refused === 'not-found' || refused === 'forbidden' || refused === 'already-exists'
    if (order.expectedVersion !== undefined && order.expectedVersion !== version && !isBarred)
      return { kind: 'refused', code: 'version-mismatch', version }
    if (decision === 'nothing-to-do') return { kind: 'unchanged', version }
    return refused === undefined
      ? { kind: 'would append', version }
      : { kind: 'refused', code: refused, version }
  }

  return {
    /** Judges what the broker has stored since the last call. */
    follow: (): void => {
      for (const [partition, records] of broker.partitions.entries())
        for (let at = read[partition] ?? 0; at < records.length; at++) {
          judge(partition, records[at] as StoredRecord)
          read[partition] = at + 1
        }
    },
    /** What the history below `end` says of a command. */
    saidOf,
    isAccepted: (partition: number, offset: number): boolean => accepted[partition]?.has(offset) ?? false,
    factOf: (commandId: string): Fact | undefined => facts.get(commandId),
    /** How many accepted events a stream has below `end`. */
    versionAt: (streamId: string, end: number): number => versionAt(streamId, end).version,
    /** The ids of the accepted records of each partition would end here. */
    lastAcceptedIds: (): readonly string[] => last,
    get superseded() {
      return superseded
    },
    partitionOf: (streamId: string): number => partitionOf(streamId, broker.partitions.length),
  }
}

/** See {@link createTruth}. */
export type Truth = ReturnType<typeof createTruth>

/** Whether the record is, byte for byte, what deciding its command on that version gives. */
const isDecidedOn = (
  codec: EventCodec,
  before: Version,
  order: PlaylistOrder,
  record: StoredRecord,
): boolean => {
  const decision = playlistDecider.decide(before.state, order)
  if (decision === 'nothing-to-do' || 'refused' in decision) return false
  const { meta } = codec.decode(record.value).value as { readonly meta: Meta }
  const data = { ...decision.data, meta: { ...meta, streamVersion: before.version + 1 } }
  return (
    meta.streamId === order.streamId &&
    meta.actorId === order.actorId &&
    isDeepStrictEqual(codec.encode('playlist-events', decision.type, data), record.value)
  )
}
