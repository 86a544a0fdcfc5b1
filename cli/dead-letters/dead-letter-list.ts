import type { Letter } from '@reprise/core/dead-letter.ts'
import type { DeadLetter, ProjectionProgress } from '@reprise/schemas/generated/events.ts'

/** A dead letter as an operator sees it. */
export type ListedLetter = DeadLetter & {
  /** Names it in commands: projection/version/partition/offset. */
  readonly id: string
  /** `waiting` while a group stands there; `superseded` if another version has come past it; else what became of it. */
  readonly state: 'waiting' | 'superseded' | 'redriven' | 'discarded' | 'gone'
}

/** What a version of a projection has last published of a partition, and when the log took that. */
export type Published = ProjectionProgress & { readonly publishedAt: number }

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
 * group waits is what its projection has last published; unless another version, which has published later, stands past
 * it: then that one has applied the event or has a letter of its own, and nobody runs this one any more.
 */
export const listLetters = (
  letters: readonly Letter[],
  progress: readonly Published[],
): readonly ListedLetter[] => {
  const newest = new Map<string, DeadLetter>()
  const outcomes = new Map<string, 'redriven' | 'discarded'>()
  for (const { type, value } of letters) {
    if (type === 'DeadLetter') newest.set(letterIdOf(value), value)
    if (type === 'DeadLetterAnswer' && (value.outcome === 'redriven' || value.outcome === 'discarded'))
      outcomes.set(letterIdOf(value), value.outcome)
  }
  const held = new Map(
    progress.flatMap((one) =>
      one.quarantined.map(({ offset }) => {
        const isSuperseded = progress.some((other) => supersedes(other, one, offset))
        return [letterIdOf({ ...one, offset }), isSuperseded ? 'superseded' : 'waiting'] as const
      }),
    ),
  )
  return [...newest].map(([id, letter]) => {
    const as = held.get(id)
    return { ...letter, id, state: as === 'waiting' ? as : (outcomes.get(id) ?? as ?? 'gone') }
  })
}

/**
 * The letters of one projection, or all. @throws where nothing is known of the projection: neither a letter nor a
 * declaration has its name
 */
export const lettersOf = (
  letters: readonly ListedLetter[],
  projection: string | undefined,
  declared: ReadonlySet<string>,
): readonly ListedLetter[] => {
  if (projection === undefined) return letters
  const own = letters.filter((letter) => letter.projection === projection)
  if (own.length > 0 || declared.has(projection)) return own
  throw new Error(`there is no projection ${projection}; there are ${[...declared].join(', ')}`)
}

/** Projections that letters wait for and nobody declares any more, so that no projector answers. */
export const abandonedIn = (
  letters: readonly ListedLetter[],
  declared: ReadonlySet<string>,
): readonly string[] => [
  ...new Set(
    letters.flatMap(({ state, projection }) =>
      state === 'waiting' && !declared.has(projection) ? projection : [],
    ),
  ),
]

const supersedes = (other: Published, one: Published, offset: number): boolean =>
  other.projection === one.projection &&
  other.partition === one.partition &&
  other.topic === one.topic &&
  other.watermark > offset &&
  (other.publishedAt - one.publishedAt || other.version - one.version) > 0

type Place = Pick<DeadLetter, 'projection' | 'version' | 'partition' | 'offset' | 'groups'>
