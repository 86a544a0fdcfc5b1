import type { RecordedEvent } from '@reprise/core/event.ts'
import type { Positioned } from '@reprise/core/layout/column-name.ts'
import type { Slots } from '@reprise/core/layout/count-layout.ts'
import type { AnyProjection, Increment, Key } from '@reprise/core/projection.ts'
import { createCountCheck } from '@reprise/core/storable.ts'
import { eventFailed, type Group } from './groups.ts'

type Handlers = Readonly<
  Record<string, (event: RecordedEvent, key: Key) => readonly Increment<Record<string, number>>[]>
>

/** Folds partial counts: the slots are copied once per batch, however many events a hot key has in it. */
export const createCountFold = (projection: AnyProjection) => {
  const handlers = projection.on as unknown as Handlers
  const names = Object.keys(projection.row)
  const zero = names.map(() => 0)
  const check = createCountCheck(projection)

  const add = (slots: Map<string, number[]>, { slot, add: amounts }: Increment<Record<string, number>>) => {
    let sums = slots.get(slot)
    if (sums === undefined) {
      check.slot(slot, slots.size)
      slots.set(slot, (sums = [...zero]))
    }
    // Counted by hand: with `entries()` an array is made for each sum of each event.
    for (let at = 0; at < names.length; at++) {
      const name = names[at] ?? ''
      const sum = (sums[at] ?? 0) + (amounts[name] ?? 0)
      check.sum(name, sum)
      sums[at] = sum
    }
  }

  return (state: Positioned<Slots>, { key, events }: Group): Positioned<Slots> => {
    let { position } = state
    const slots = new Map<string, number[]>()
    state.value.forEach((sums, slot) => slots.set(slot, [...sums]))
    for (const event of events) {
      if (event.offset <= position) continue
      try {
        for (const increment of handlers[event.type]?.(event, key) ?? []) add(slots, increment)
      } catch (cause) {
        throw eventFailed(event, cause)
      }
      position = event.offset
    }
    return position === state.position ? state : { position, value: slots }
  }
}
