import { parsed } from '@reprise/core/invalid-request.ts'
import type { AnyQuery, Shown } from './query.ts'

/** Asks queries as the router does, without HTTP, for tests: the path in Express's notation. */
export const askedDirectly =
  (queries: readonly AnyQuery[], userId: string) =>
  async (
    path: string,
    { params = {}, options = {} }: { readonly params?: object; readonly options?: object } = {},
  ): Promise<Shown> => {
    const query = queries.find((each) => each.path === path)
    if (query === undefined) throw new Error(`nothing is served at ${path}`)
    return query.show({
      caller: { userId, roles: [] },
      params: parsed(query.params, params) as never,
      options: parsed(query.options, options) as never,
    })
  }
