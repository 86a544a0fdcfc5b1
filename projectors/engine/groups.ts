import type { RecordedEvent } from '@reprise/core/event.ts'
import { type AnyProjection, type Key, keyColumnsOf } from '@reprise/core/projection.ts'
import { groupNameOf, wholePartition } from '@reprise/core/quarantine.ts'
import { createKeyCheck } from '@reprise/core/storable.ts'
import type { Failure, Turn } from './turn.ts'

/** The events of one batch that change the rows of one key (a group, law 6), in order. */
export type Group = {
  /** Unique in the view. */
  readonly id: string
  readonly key: Key
  readonly partition: number
  readonly events: RecordedEvent[]
}

/** A handler or a key function threw. */
export class EventFailed extends Error {
  override readonly name = 'EventFailed'
  readonly event: RecordedEvent
  constructor(event: RecordedEvent, cause: unknown) {
    super(
      `event ${event.meta.eventId} (${event.type}) at partition ${event.partition}, offset ${event.offset}: ` +
        (cause instanceof Error ? cause.message : String(cause)),
      { cause },
    )
    this.event = event
  }
}

/** Says which event could not be applied, where it stands, and why. */
export const eventFailed = (event: RecordedEvent, cause: unknown): EventFailed =>
  cause instanceof EventFailed ? cause : new EventFailed(event, cause)

/** Told of what could not be applied; throws where that ends the batch. */
export type OnFailure = (failure: Failure) => void

/** The name of a group by which people and the quarantine know it. */
export const nameOf = ({ id }: Pick<Group, 'id'>): string => groupNameOf(id.split('\0').slice(1))

/** Sorts events of one partition into groups. */
export const createGrouping = (projection: AnyProjection) => {
  const columns = keyColumnsOf(projection.store)
  const keysOf = projection.key as (event: RecordedEvent) => Key | readonly Key[]
  // Partial counts are one group per source partition; every other key belongs to one partition anyhow (law 7).
  const check = createKeyCheck(projection)
  const isPartial = projection.store.kind === 'count'
  const idOf = (key: Key, partition: number): string => {
    let id = isPartial ? `${partition}` : ''
    for (const column of columns) {
      const value = key[column]
      if (value === undefined) throw new Error(`the key has no ${column}`)
      check(column, value)
      id += `\0${value}`
    }
    return id
  }
  /** The group of a record key; undefined where a group's key is made from something else too. */
  const groupIdOf = (recordKey: string, partition: number): string | undefined => {
    try {
      const keys = keysOf(knowingOnly({ meta: knowingOnly({ streamId: recordKey }) }) as RecordedEvent)
      return isList(keys) ? undefined : idOf(keys, partition)
    } catch {
      return undefined
    }
  }

  /** The groups with the events that are to be applied to them: nothing of a group that waits, or stops here. */
  return (turn: Turn<RecordedEvent>, onFailure: OnFailure): readonly Group[] => {
    const { partition, events, unreadable, isHeld, isDiscarded } = turn
    const groups = new Map<string, Group>()
    const stops = new Map<string, number>()

    const fail = (recordKey: string, offset: number, cause: Error) => {
      const id = groupIdOf(recordKey, partition)
      const group = id === undefined ? wholePartition(offset) : nameOf({ id })
      if (isHeld?.(group) === true || isDiscarded?.(group, offset) === true) return
      if (id !== undefined) stops.set(id, Math.min(offset, stops.get(id) ?? offset))
      onFailure({ group, offset, cause })
    }
    const put = (id: string, key: Key, event: RecordedEvent) => {
      if (stops.size > 0 && event.offset > (stops.get(id) ?? Infinity)) return
      if (isDiscarded?.(nameOf({ id }), event.offset) === true) return
      const group = groups.get(id)
      if (group !== undefined) group.events.push(event)
      else if (isHeld?.(nameOf({ id })) !== true) groups.set(id, { id, key, partition, events: [event] })
    }
    /** An event of which one key is at fault is put nowhere. */
    const ids: string[] = []
    const putAll = (keys: readonly Key[], event: RecordedEvent) => {
      ids.length = 0
      for (const key of keys) ids.push(idOf(key, partition))
      for (let at = 0; at < keys.length; at++) put(ids[at] ?? '', keys[at] as Key, event)
    }

    for (const error of unreadable) fail(error.record.key, error.record.offset, error)
    for (const event of events)
      try {
        const keys = keysOf(event)
        if (isList(keys)) putAll(keys, event)
        else put(idOf(keys, partition), keys, event)
      } catch (cause) {
        fail(event.meta.streamId, event.offset, eventFailed(event, cause))
      }
    return [...groups.values()]
  }
}

const isList = (keys: Key | readonly Key[]): keys is readonly Key[] => Array.isArray(keys)

/** Throws when it is asked for anything else. */
const knowingOnly = (known: object): object =>
  new Proxy(known, {
    get: (target, name) => {
      if (name in target) return Reflect.get(target, name) as unknown
      throw new Error('that is not known')
    },
  })
