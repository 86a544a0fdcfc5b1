import type { RecordedEvent } from '@reprise/core/event.ts'
import type { PageListDraft } from '@reprise/core/page-list.ts'
import { type AnyProjection, type Key, keyColumnsOf } from '@reprise/core/projection.ts'
import { changedHandlers, type Handler } from './changed-handlers.ts'

/**
 * The projection, watched for what goes wrong in production alone, and in silence there. Rows, items, events and keys are
 * frozen: a handler that changes one in place would find its own change when it is tried again, and so would other
 * projections in the event, which they share. A key that several partitions feed makes the key function throw (law 7).
 */
export const strictly = (projection: AnyProjection): AnyProjection => {
  const isList = projection.store.kind === 'pages'
  const watched =
    (handle: Handler): Handler =>
    (first, ...others) =>
      frozen(handle(isList ? draftOfFrozen(first as Draft) : frozen(first), ...others.map(frozen)))
  return {
    ...projection,
    key: keyOfOnePartition(projection),
    on: changedHandlers(projection, watched),
  }
}

type Draft = PageListDraft<unknown>

const draftOfFrozen = (draft: Draft): Draft =>
  Object.create(draft, {
    insert: { value: (index: number, item: unknown) => draft.insert(index, frozen(item)) },
  }) as Draft

/** Partial counts alone are kept per partition. */
const keyOfOnePartition = ({ name, store, key }: AnyProjection): AnyProjection['key'] => {
  if (store.kind === 'count') return key
  const keysOf = key as (event: RecordedEvent) => Key | readonly Key[]
  const columns = keyColumnsOf(store)
  const partitions = new Map<string, number>()
  return (event: RecordedEvent) => {
    const keys = frozen(keysOf(event))
    // The engine also asks for the key of a record that it can't read, and knows its stream alone.
    if (!('partition' in event)) return keys
    for (const one of [keys].flat()) {
      const values = JSON.stringify(columns.map((column) => one[column]))
      const before = partitions.get(values) ?? event.partition
      partitions.set(values, before)
      if (before !== event.partition)
        throw new Error(
          `${name}: events of the key ${columns.join(', ')} ${values} stand in partitions ${before} and ` +
            `${event.partition}, between which there is no order, so some would be lost. Make the key from ` +
            'meta.streamId or add that to it, or add up with partialCount',
        )
    }
    return keys
  }
}

/** Frozen with all that is in it; bytes can't be. */
const frozen = <Value>(value: Value): Value => {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value))
    return value
  Object.freeze(value)
  for (const inner of Object.values(value)) frozen(inner)
  return value
}
