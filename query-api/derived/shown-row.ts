import { z } from 'zod'
import { schemaOfColumns } from '../column-schema.ts'
import { without } from '../without.ts'
import type { DerivedRoute } from './derived-route.ts'
import type { Subject } from './visibility.ts'

/** How a row looks in answers. */
export type ShownRow = {
  readonly answer: z.ZodObject
  readonly show: (row: Subject) => Subject
  readonly versionOf: (row: Subject) => number | undefined
}

/**
 * A row's columns without hidden ones and without the caller's own id; the stream's version as `version`, which is what
 * `If-Match` compares.
 */
export const shownRowOf = ({ projection, query, keys }: DerivedRoute): ShownRow => {
  const { hidden = [], version } = query
  const left = [...hidden, ...(version === undefined ? [] : [version]), keys.caller ?? []].flat()
  const answer = schemaOfColumns(projection.row, left)
  const versionOf = (row: Subject) => (version === undefined ? undefined : (row[version] as number))
  if (projection.store.kind === 'count') return { ...countsShown(answer, keys.params, left), versionOf }
  return {
    answer: version === undefined ? answer : answer.extend({ version: z.int() }),
    show: (row) => ({
      ...without(row, left),
      ...(version !== undefined && { version: row[version] }),
    }),
    versionOf,
  }
}

/** Sums are shown with their key, and slot by slot. */
const countsShown = (sums: z.ZodObject, params: z.ZodObject, left: readonly string[]) => ({
  answer: z.strictObject({
    ...Object.fromEntries(Object.keys(params.shape).map((name) => [name, z.string()])),
    ...sums.shape,
    slots: z.array(z.strictObject({ slot: z.string(), ...sums.shape })),
  }),
  show: (row: Subject) => without(row, left),
})
