import { bucketsPerHour, placeOf, type Chunk, type Place, type PlayEvent } from './play-index-layout.ts'

/** First records of plays that were decided and aren't stored, of one partition. */
export type OpenPlays = {
  readonly add: (play: PlayEvent) => void
  /** The offset of the first record of the same play, if that is here. */
  readonly firstOffsetOf: (play: PlayEvent) => number | undefined
  /** They all, to be written before they are forgotten. */
  readonly chunks: () => readonly Chunk[]
  readonly clear: () => void
}

/** See {@link OpenPlays}. */
export const createOpenPlays = (): OpenPlays => {
  const chunks = new Map<number, Place & { readonly plays: (string | number)[] }>()
  const keyOf = ({ hour, bucket }: Place): number => hour * bucketsPerHour + bucket

  return {
    add: (play) => {
      const place = placeOf(play)
      const key = keyOf(place)
      let chunk = chunks.get(key)
      if (chunk === undefined) chunks.set(key, (chunk = { ...place, plays: [] }))
      chunk.plays.push(play.data.identity, play.offset)
    },
    firstOffsetOf: (play) => {
      const plays = chunks.get(keyOf(placeOf(play)))?.plays ?? []
      const at = plays.indexOf(play.data.identity)
      return at < 0 ? undefined : (plays[at + 1] as number)
    },
    chunks: () => [...chunks.values()],
    clear: () => chunks.clear(),
  }
}
