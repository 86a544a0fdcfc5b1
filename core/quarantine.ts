/** Law 10: a group that stopped at an event that could not be applied to it. Its later events wait in the topic. */
export type QuarantinedGroup = {
  /** See {@link groupNameOf} and {@link wholePartition}. */
  readonly group: string
  /** The first record that was not applied to the group. */
  readonly offset: number
  /** The id of that record (see `recordIdOf`): another id there means another log. */
  readonly recordId: string
  /** How many times the record was set aside; 0 where another version did it, and this one hasn't tried yet. */
  readonly attempt: number
}

/** Whether a group was taken over from another version and is still to be tried by this one. */
export const isUntried = ({ attempt }: QuarantinedGroup): boolean => attempt === 0

/** The name of a group: the values of its key columns in order, percent-encoded, with `/` between them. */
export const groupNameOf = (values: readonly (string | number)[]): string =>
  values.map((value) => encodeURIComponent(value)).join('/')

/** The key values in a group's name. */
export const keyValuesOf = (group: string): readonly string[] => group.split('/').map(decodeURIComponent)

/** Stands for whichever groups a record would have changed, where that can't be known: the partition is incomplete. */
export const wholePartition = (offset: number): string => `partition@${offset}`

/** Whether a name stands for a whole partition; no encoded value has an `@`. */
export const isWholePartition = (group: string): boolean => group.startsWith('partition@')

/** Whether a quarantined group is one of those named, or begins with the key values of one (a user's rows, say). */
export const isAmong = (group: string, names: readonly string[]): boolean =>
  isWholePartition(group) || names.some((name) => group === name || group.startsWith(`${name}/`))
