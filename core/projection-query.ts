/**
 * Who may read what a route shows, as a named rule. `Column` names the key or column that the rule looks at.
 *
 * - `everyone`: no token is needed.
 * - `owner`: only the user whose id is in the column. Where the column is part of the key and not in the path, it is
 *   the caller: `/v1/me/…`.
 * - `readers-of-playlist`: whoever may read the playlist in the column; nobody once it is deleted.
 *
 * Where the column is neither in the path nor the caller, each row of a list is judged by its own: others are left out.
 */
export type Visibility<Column extends string = string> =
  | { readonly rule: 'everyone' }
  | { readonly rule: 'owner'; readonly column: Column }
  | { readonly rule: 'readers-of-playlist'; readonly column: Column }

/** Everyone may read it. */
export const toEveryone: Visibility<never> = { rule: 'everyone' }

/** Only the user whose id is in the column may read it. */
export const toOwner = <const Column extends string>(column: Column): Visibility<Column> => ({
  rule: 'owner',
  column,
})

/** Whoever may read the playlist of the column `playlistId` may read it. */
export const toReadersOfPlaylist: Visibility<'playlistId'> = {
  rule: 'readers-of-playlist',
  column: 'playlistId',
}

/** What a route of a projection says beyond its path. */
export type QueryOptions<Column extends string> = {
  readonly visible: Visibility<Column>
  /** For the reference: what is asked, in a few words. */
  readonly summary?: string
  /**
   * The key that holds the id of the events' stream: answers then name the exact position that they show. Without it
   * they name how far the view was known to be before it was read, for nothing says whose partition a newer row is of;
   * counts and views of topics with one partition are exact without it.
   */
  readonly stream?: Column
  /** The column that holds the stream's version: shown as `version`, and the first part of the ETag. */
  readonly version?: Column
  /** Columns that are not shown. */
  readonly hidden?: readonly Column[]
  /** The one column of the key that the path leaves open: it is asked for by `?ids=`, up to 100 at once. */
  readonly ids?: Column
}

/** A route of a projection. */
export type ProjectionQuery<Column extends string = string> = QueryOptions<Column> & {
  /** Express's notation: `/v1/playlists/:playlistId`. */
  readonly path: string
  /** The columns in the path. */
  readonly params: readonly Column[]
}

type ParamsIn<Path extends string> = Path extends `${string}:${infer Rest}`
  ? Rest extends `${infer Param}/${infer More}`
    ? Param | ParamsIn<`/${More}`>
    : Rest
  : never

/**
 * Serves a projection at a path whose parameters are columns of its key.
 *
 * - With the whole key in the path (or filled with the caller, see {@link toOwner}): one row, and where the path ends
 *   with a parameter, several with `?ids=` at the path before it.
 * - With the partition key alone: the partition's rows in order, or the list, page by page.
 * - Counts: their sums; where the bucket is not in the path, it is asked for as `?<bucket>=a,b`.
 */
export const get = <const Path extends `/v1/${string}`, const Column extends string = never>(
  path: Path,
  options: QueryOptions<Column>,
): ProjectionQuery<ParamsIn<Path> | Column> => ({
  ...options,
  path,
  params: [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as ParamsIn<Path>),
})
