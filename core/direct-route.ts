import type { Caller } from './caller.ts'
import type { Problem } from './problem.ts'

/** The headers of a request, names in small letters. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** A request as a route sees it that needs nothing of a web framework. */
export type DirectRequest = {
  /** In capitals. */
  readonly method: string
  /** What the path names, percent escapes undone. */
  readonly params: Readonly<Record<string, string>>
  readonly headers: RequestHeaders
  /** Parsed JSON; undefined where there was no body. */
  readonly body: unknown
  readonly caller: Caller | undefined
}

/** Its answer; a problem may bring headers too. */
export type DirectAnswer = { readonly headers?: Readonly<Record<string, string>> } & (
  { readonly status: number; readonly body?: object | undefined } | { readonly problem: Problem }
)

/** A route of JSON in, JSON out. @throws whatever a client is told of as a problem */
export type DirectRoute = {
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete'
  /** As express writes it: `/v1/playlists/:playlistId`. */
  readonly path: string
  readonly handle: (request: DirectRequest) => Promise<DirectAnswer>
}

/** A route that fits a request, and what the path names. */
export type FoundRoute<Route> = { readonly route: Route; readonly params: Readonly<Record<string, string>> }

/**
 * Finds routes by method (in capitals) and path: segments are equal, or a parameter of at least one character.
 * @throws {URIError} when a parameter has a malformed percent escape
 */
export const createRouteFinder = <Route extends { readonly method: string; readonly path: string }>(
  routes: readonly Route[],
) => {
  const patterns = routes.map((route) => ({ route, parts: route.path.split('/') }))
  const fitting = (path: string) => {
    const given = path.split('/')
    return { given, found: patterns.filter(({ parts }) => fits(parts, given)) }
  }
  return {
    find: (method: string, path: string): FoundRoute<Route> | undefined => {
      const { given, found } = fitting(path)
      const match = found.find(({ route }) => route.method.toUpperCase() === method)
      return match && { route: match.route, params: paramsOf(match.parts, given) }
    },
    /** The methods, in capitals, that a path takes. */
    methodsOf: (path: string): readonly string[] =>
      fitting(path).found.map(({ route }) => route.method.toUpperCase()),
  }
}

const fits = (parts: readonly string[], given: readonly string[]): boolean =>
  parts.length === given.length &&
  parts.every((part, at) => (part.startsWith(':') ? given[at] !== '' : part === given[at]))

const paramsOf = (parts: readonly string[], given: readonly string[]): Readonly<Record<string, string>> => {
  const params: Record<string, string> = {}
  for (const [at, part] of parts.entries())
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(given[at] ?? '')
  return params
}
