import type { SnapshotCodec } from '@reprise/core/snapshot-codec.ts'
import { createTextSlab, type TextPlace } from './text-slab.ts'

/** The state of a stream after its accepted events, and how many those are. */
export type Versioned<State> = { readonly state: State; readonly version: number }

/** A state as of an offset: of the stream's last event in it, -1 before the first. */
export type Stated<State> = Versioned<State> & { readonly offset: number }

/** The same as one text. */
type Packed = { readonly json: string; readonly version: number; readonly offset: number }

/** A state as it is handed on until it is used again. */
export type Kept<State> = Stated<State> | Packed

/** Larger states are kept as they are: reading them from a text takes longer than deciding a command. */
const packedBytesMax = 8_000

/** What a packed state takes beside its text. */
const besideBytes = 250

/** Packs small states into texts, and reads them. */
export const createKeeping = <State>(snapshot: SnapshotCodec<State>) => ({
  keep: (stated: Stated<State>): Kept<State> => {
    if (snapshot.bytesOf(stated.state) > packedBytesMax) return stated
    const { version, offset } = stated
    return { json: jsonOf(snapshot, stated), version, offset }
  },
  statedOf: (kept: Kept<State>): Stated<State> => {
    if ('state' in kept) return kept
    const { json, version, offset } = kept
    return { state: snapshot.fromJson(JSON.parse(json)), version, offset }
  },
  /** Of memory, about. */
  bytesOf: (kept: Kept<State> | Shelved<State>): number => {
    if ('state' in kept) return snapshot.bytesOf(kept.state)
    return besideBytes + ('json' in kept ? Buffer.byteLength(kept.json) : kept.length)
  },
})

/** The state as JSON. */
export const jsonOf = <State>(snapshot: SnapshotCodec<State>, kept: Kept<State>): string =>
  'state' in kept ? JSON.stringify(snapshot.toJson(kept.state)) : kept.json

/** A packed state whose text lies in a slab. */
type InSlab = TextPlace & Omit<Packed, 'json'>

/** A state in one of {@link createShelf}. */
export type Shelved<State> = Stated<State> | InSlab

/**
 * Where many states are kept. There may be a hundred thousand, each of dozens of objects, and all the time that the garbage
 * collector takes to look into them commands would wait; so the texts of packed ones lie outside of V8's heap.
 */
export const createShelf = <State>() => {
  const slab = createTextSlab()
  return {
    /** What is there `instead` is removed with that. */
    put: (kept: Kept<State>, instead?: Shelved<State>): Shelved<State> => {
      const freed = instead && 'block' in instead ? instead : undefined
      if ('state' in kept) {
        if (freed) slab.free(freed)
        return kept
      }
      const { json, version, offset } = kept
      const { block, slot, length, isAscii } = slab.put(json, freed)
      return { block, slot, length, isAscii, version, offset }
    },
    /** What was put. It must be there still. */
    look: (shelved: Shelved<State>): Kept<State> => {
      if ('state' in shelved) return shelved
      const { version, offset } = shelved
      return { json: slab.get(shelved), version, offset }
    },
    /** It is needed no more. Once for each. */
    remove: (shelved: Shelved<State>): void => {
      if (!('state' in shelved)) slab.free(shelved)
    },
  }
}
