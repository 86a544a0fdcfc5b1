import type { Position } from '@reprise/core/position.ts'

/*
 * What a `Reprise-Position` promises: an answer to whoever sends it is never older than this one. So it is the newest
 * position of all that was read for this answer, that of a marker of absence too, and no older than what was asked for.
 */

/**
 * The newest position of what was read, by partition; where nothing is stored, how far the view was before it was read.
 * @param before where the view was in each partition that may be shown: see `shownIn`
 */
export const shownBy = (before: readonly Position[], read: readonly Position[]): readonly Position[] => {
  const stored = newestOf(read.filter(({ offset }) => offset >= 0))
  const places = new Set(stored.map(placeOf))
  return [...stored, ...before.filter((position) => !places.has(placeOf(position)))]
}

/** Collects the positions of what is read of a topic: `note` is told each, with its partition. */
export const notesOf = (topic: Position['topic']) => {
  const positions: Position[] = []
  const note = (partition: number, offset: number): void => {
    positions.push({ topic, partition, offset })
  }
  return { positions, note }
}

/** The positions, raised to what was asked for of the same partitions: the answer is at least as new as that. */
export const raised = (shown: readonly Position[], asked: readonly Position[]): readonly Position[] => {
  const places = new Set(shown.map(placeOf))
  return newestOf([...shown, ...asked.filter((position) => places.has(placeOf(position)))])
}

/** The newest of several positions in each partition. */
export const newestOf = (positions: readonly Position[]): readonly Position[] => {
  const newest = new Map<string, Position>()
  for (const position of positions) {
    const place = placeOf(position)
    if ((newest.get(place)?.offset ?? -1) < position.offset) newest.set(place, position)
  }
  return [...newest.values()]
}

const placeOf = ({ topic, partition }: Position) => `${topic}/${partition}`
