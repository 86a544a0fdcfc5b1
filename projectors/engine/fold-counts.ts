import type { RecordedEvent } from '@reprise/core/event.ts'
import type { Positioned } from '@reprise/core/layout/column-name.ts'
import type { Slots } from '@reprise/core/layout/count-layout.ts'
import type { AnyProjection, Increment, Key } from '@reprise/core/projection.ts'
import { createCountCheck } from '@reprise/core/storable.ts'
import { eventFailed, type Group } from './groups.ts'

type Handlers = Readonly<
  Record<string, (event: RecordedEvent, key: Key) => readonly Increment<Record<string, number>>[]>
>

/** From so many slots on they are looked for in a table, which is made for the batch. */
const indexedMin = 16

/** Folds partial counts: the slots are copied once per batch, however many events a hot key has in it. */
export const createCountFold = (projection: AnyProjection) => {
  const handlers = projection.on as unknown as Handlers
  const names = Object.keys(projection.row)
  const width = 1 + names.length
  const blank: (string | number)[] = ['', ...names.map(() => 0)]
  const check = createCountCheck(projection)

  /** Tells where a slot stands, or where the next one would; asked about one list of slots, which only grows. */
  const createPlaces = (): ((slots: readonly (string | number)[], slot: string) => number) => {
    let table: Map<string, number> | undefined
    return (slots, slot) => {
      if (table === undefined && slots.length >= indexedMin * width) {
        table = new Map()
        for (let at = 0; at < slots.length; at += width) table.set(slots[at] as string, at)
      }
      if (table === undefined) {
        let at = 0
        while (at < slots.length && slots[at] !== slot) at += width
        return at
      }
      const found = table.get(slot)
      if (found === undefined) table.set(slot, slots.length)
      return found ?? slots.length
    }
  }
  /** Adds to the sums at a place, the next one for a slot that is new; gives back the slots. */
  const add = (
    slots: (string | number)[],
    at: number,
    { slot, add: amounts }: Increment<Record<string, number>>,
  ): (string | number)[] => {
    let all = slots
    if (at === slots.length) {
      check.slot(slot, at / width)
      // Few of many states have a second slot: pushed onto, an array has room for sixteen more.
      if (at < indexedMin * width) all = slots.concat(blank)
      else all.push(...blank)
      all[at] = slot
    }
    // Counted by hand: with `entries()` an array is made for each sum of each event.
    for (let nth = 1; nth < width; nth++) {
      const name = names[nth - 1] ?? ''
      const sum = (all[at + nth] as number) + (amounts[name] ?? 0)
      check.sum(name, sum)
      all[at + nth] = sum
    }
    return all
  }

  return (state: Positioned<Slots>, { key, events }: Group): Positioned<Slots> => {
    let { position } = state
    let slots = state.value.slice()
    const placeOf = createPlaces()
    for (const event of events) {
      if (event.offset <= position) continue
      try {
        for (const increment of handlers[event.type]?.(event, key) ?? [])
          slots = add(slots, placeOf(slots, increment.slot), increment)
      } catch (cause) {
        throw eventFailed(event, cause)
      }
      position = event.offset
    }
    return position === state.position ? state : { position, value: slots }
  }
}
