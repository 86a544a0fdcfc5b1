import type { RecordedEvent } from '@reprise/core/event.ts'
import { type AnyProjection, type Key, keyColumnsOf } from '@reprise/core/projection.ts'

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
}

/** Says which event could not be applied, where it stands, and why. */
export const eventFailed = (event: RecordedEvent, cause: unknown): EventFailed =>
  new EventFailed(
    `event ${event.meta.eventId} (${event.type}) at partition ${event.partition}, offset ${event.offset}: ` +
      (cause instanceof Error ? cause.message : String(cause)),
    { cause },
  )

/** Sorts events of one partition into groups. @throws {EventFailed} when a key can't be had. */
export const createGrouping = (projection: AnyProjection) => {
  const columns = keyColumnsOf(projection.store)
  const keysOf = projection.key as (event: RecordedEvent) => Key | readonly Key[]
  // Partial counts are one group per source partition; every other key belongs to one partition anyhow (law 7).
  const isPartial = projection.store.kind === 'count'
  const idOf = (key: Key, partition: number): string => {
    let id = isPartial ? `${partition}` : ''
    for (const column of columns) {
      const value = key[column]
      if (value === undefined) throw new Error(`the key has no ${column}`)
      id += `\0${value}`
    }
    return id
  }

  return (partition: number, events: readonly RecordedEvent[]): readonly Group[] => {
    const groups = new Map<string, Group>()
    const put = (key: Key, event: RecordedEvent) => {
      const id = idOf(key, partition)
      const group = groups.get(id)
      if (group === undefined) groups.set(id, { id, key, partition, events: [event] })
      else group.events.push(event)
    }
    for (const event of events)
      try {
        const keys = keysOf(event)
        if (isList(keys)) for (const key of keys) put(key, event)
        else put(keys, event)
      } catch (cause) {
        throw eventFailed(event, cause)
      }
    return [...groups.values()]
  }
}

const isList = (keys: Key | readonly Key[]): keys is readonly Key[] => Array.isArray(keys)
