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
  readonly weight: number
}

/** A state as it is kept in memory until it is used again. */
export type Kept<State> = Stated<State> | Packed

/** States that weigh more are kept as they are: reading them from a text takes longer than deciding a command. */
const packedWeightMax = 32

/**
 * Packs light states into texts. There may be a hundred thousand of them, each of dozens of objects, and all the time
 * that the garbage collector takes to look into them commands would wait; into a text it doesn't look.
 */
export const createKeeping = <State>(snapshot: SnapshotCodec<State>) => {
  /** Whoever decides on a state asks for it more than once. */
  let last: { readonly kept: Kept<State>; readonly stated: Stated<State> } | undefined

  return {
    keep: (stated: Stated<State>): Kept<State> => {
      const weight = snapshot.weightOf(stated.state)
      if (weight > packedWeightMax) return stated
      const { version, offset } = stated
      const kept = { json: jsonOf(snapshot, stated), version, offset, weight }
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
    weightOf: (kept: Kept<State>): number => ('state' in kept ? snapshot.weightOf(kept.state) : kept.weight),
  }
}

/** The state as JSON. */
export const jsonOf = <State>(snapshot: SnapshotCodec<State>, kept: Kept<State>): string =>
  'state' in kept ? JSON.stringify(snapshot.toJson(kept.state)) : kept.json
