import type { Letter } from '@reprise/core/dead-letter.ts'
import type { DeadLetter, ProjectionProgress } from '@reprise/schemas/generated/events.ts'

/** A dead letter as an operator sees it. */
export type ListedLetter = DeadLetter & {
  /** Names it in commands: projection/version/partition/offset. */
  readonly id: string
  /** `waiting` while a group stands there; else what became of it. */
  readonly state: 'waiting' | 'redriven' | 'discarded' | 'gone'
}

/** The id of a dead letter. */
export const letterIdOf = ({ projection, version, partition, offset }: Omit<Place, 'groups'>): string =>
  [projection, version, partition, offset].join('/')

/** Reads an id. @throws when it is none. */
export const placeOf = (id: string): Omit<Place, 'groups'> => {
  const [, projection = '', ...numbers] = /^([\w-]+)\/(\d+)\/(\d+)\/(\d+)$/.exec(id) ?? []
  if (projection === '')
    throw new Error(
      `"${id}" names no dead letter; reprise dead-letters list shows them: projection/version/partition/offset`,
    )
  const [version = 0, partition = 0, offset = 0] = numbers.map(Number)
  return { projection, version, partition, offset }
}

/**
 * The letters by position, in the order in which they were first written; the newest of a position stands. Whether a
 * group waits is what its projection has last published.
 */
export const listLetters = (
  letters: readonly Letter[],
  progress: readonly ProjectionProgress[],
): readonly ListedLetter[] => {
  const newest = new Map<string, DeadLetter>()
  const outcomes = new Map<string, 'redriven' | 'discarded'>()
  for (const { type, value } of letters) {
    if (type === 'DeadLetter') newest.set(letterIdOf(value), value)
    if (type === 'DeadLetterAnswer' && (value.outcome === 'redriven' || value.outcome === 'discarded'))
      outcomes.set(letterIdOf(value), value.outcome)
  }
  const waiting = new Set(
    progress.flatMap(({ quarantined, ...place }) =>
      quarantined.map(({ offset }) => letterIdOf({ ...place, offset })),
    ),
  )
  return [...newest].map(([id, letter]) => ({
    ...letter,
    id,
    state: waiting.has(id) ? 'waiting' : (outcomes.get(id) ?? 'gone'),
  }))
}

type Place = Pick<DeadLetter, 'projection' | 'version' | 'partition' | 'offset' | 'groups'>
