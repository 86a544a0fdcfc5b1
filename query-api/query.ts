import type { z } from 'zod'
import type { Caller } from '@reprise/core/caller.ts'
import type { Position } from '@reprise/core/position.ts'
import type { View } from './progress/watermarks.ts'

/** What is asked: the checked path and query string, and by whom. */
export type Asked<Params, Options> = {
  readonly params: Params
  readonly options: Options
  readonly caller: Caller | undefined
}

/** What is shown. */
export type Shown = {
  readonly body: Readonly<Record<string, unknown>>
  /** No older than anything that the body shows, for `Reprise-Position`: see `shownBy`. */
  readonly positions: readonly Position[]
  /** The stream's version, where one stream is shown: the first part of the ETag. */
  readonly version?: number | undefined
}

/**
 * A question to the views, declared once: its route, its checks and its OpenAPI page all come from here.
 */
export type Query<Params extends z.ZodObject = z.ZodObject, Options extends z.ZodObject = z.ZodObject> = {
  /** Express's notation: `/v1/playlists/:playlistId`. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  /** Whether it answers 401 to callers without a token. */
  readonly isPersonal: boolean
  readonly params: Params
  /** The query string. */
  readonly options: Options
  readonly answer: z.ZodType
  /** The views that answer it. A position is awaited in each. */
  readonly views: readonly View[]
  /**
   * The names of the groups that are read (core/quarantine.ts), so that others that stopped at a bad event are no
   * concern of the asker. Without it, or where it can't say, any stopped group of the views is.
   */
  readonly groups?: (asked: Asked<z.output<Params>, z.output<Options>>) => readonly string[] | undefined
  /** @throws {Problem} */
  readonly show: (asked: Asked<z.output<Params>, z.output<Options>>) => Promise<Shown>
}

/** Any query, as the router handles it. */
export type AnyQuery = Omit<Query, 'show' | 'groups'> & {
  readonly groups?: (asked: Asked<never, never>) => readonly string[] | undefined
  readonly show: (asked: Asked<never, never>) => Promise<Shown>
}

/** Declares a query. */
export const query = <Params extends z.ZodObject, Options extends z.ZodObject>(
  declaration: Query<Params, Options>,
): AnyQuery => declaration
