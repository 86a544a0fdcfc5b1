/**
 * The stored name of a column: `playlistId` is `playlist_id`. Names that end in an underscore are the engine's own: no
 * projection runs that has one, or two columns with the same stored name.
 */
export const columnNameOf = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** A folded value with the position of the last event in it; -1 before the first. */
export type Positioned<Value> = { readonly position: number; readonly value: Value }

/** The position of a group that no event has reached. */
export const nowhere = -1
