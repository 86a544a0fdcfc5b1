import type { SnapshotCodec } from '@reprise/core/snapshot-codec.ts'

/** The state of a stream after its accepted events, and how many those are. */
export type Versioned<State> = { readonly state: State; readonly version: number }

/** A state as of an offset: of the stream's last event in it, -1 before the first. */
export type Stated<State> = Versioned<State> & { readonly offset: number }

/** The same as one text. */
type Packed = {
  readonly json: string
  readonly version: number
  readonly offset: number
  /** Of memory. */
  readonly bytes: number
}

/** A state as it is kept in memory until it is used again. */
export type Kept<State> = Stated<State> | Packed

/** Larger states are kept as they are: reading them from a text takes longer than deciding a command. */
const packedBytesMax = 8_000

/** What a packed state takes beside its text. */
const besideBytes = 250

/** V8 keeps a text with one byte a character or with two; of one that it keeps with one, this looks at nothing. */
const wide = /[^\0-\xff]/

/**
 * Packs small states into texts. There may be a hundred thousand of them, each of dozens of objects, and all the time
 * that the garbage collector takes to look into them commands would wait; into a text it doesn't look.
 */
export const createKeeping = <State>(snapshot: SnapshotCodec<State>) => {
  /** Whoever decides on a state asks for it more than once. */
  let last: { readonly kept: Kept<State>; readonly stated: Stated<State> } | undefined

  return {
    keep: (stated: Stated<State>): Kept<State> => {
      if (snapshot.bytesOf(stated.state) > packedBytesMax) return stated
      const { version, offset } = stated
      const json = jsonOf(snapshot, stated)
      const kept = { json, version, offset, bytes: besideBytes + json.length * (wide.test(json) ? 2 : 1) }
      last = { kept, stated }
      return kept
    },
    statedOf: (kept: Kept<State>): Stated<State> => {
      if ('state' in kept) return kept
      if (last?.kept !== kept) {
        const { json, version, offset } = kept
        last = { kept, stated: { state: snapshot.fromJson(JSON.parse(json)), version, offset } }
      }
      return last.stated
    },
    /** Of memory, about. */
    bytesOf: (kept: Kept<State>): number => ('state' in kept ? snapshot.bytesOf(kept.state) : kept.bytes),
  }
}

/** The state as JSON. */
export const jsonOf = <State>(snapshot: SnapshotCodec<State>, kept: Kept<State>): string =>
  'state' in kept ? JSON.stringify(snapshot.toJson(kept.state)) : kept.json
