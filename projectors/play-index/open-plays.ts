import type { GroupRows } from '../engine/write-rows.ts'
import { bucketsPerHour, chunkWriteOf, placeOf, type Place, type PlayEvent } from './play-index-layout.ts'

/** First records of plays that were decided and aren't stored, of one partition. */
export type OpenPlays = {
  readonly add: (play: PlayEvent) => void
  /** The offset of the first record of the same play, if that is here. */
  readonly firstOffsetOf: (play: PlayEvent) => number | undefined
  /** Rows that hold all of them, to be written before these are forgotten. */
  readonly rows: () => readonly GroupRows[]
  readonly clear: () => void
}

type Chunk = Place & { readonly plays: (string | number)[] }

/** See {@link OpenPlays}. */
export const createOpenPlays = (partition: number): OpenPlays => {
  const chunks = new Map<number, Chunk>()
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
    rows: () =>
      [...chunks.values()].map((chunk) => ({
        owner: String(chunk.hour),
        writes: [chunkWriteOf(partition, chunk, chunk.plays)],
      })),
    clear: () => chunks.clear(),
  }
}
