import { z } from 'zod'
import type { Caller } from '@reprise/core/caller.ts'
import type { Column } from '@reprise/core/columns.ts'
import { type Key, keyColumnsOf } from '@reprise/core/projection.ts'
import type { ProjectionQuery } from '@reprise/core/projection-query.ts'
import { wholeNumberOf } from '../column-schema.ts'
import type { Served } from './served.ts'

/** Which columns of the key a route gets from where. */
export type RouteKeys = {
  /** From the path. */
  readonly params: z.ZodObject
  /** Columns of the key that the path leaves open. */
  readonly open: readonly string[]
  /** The column that is filled with the caller. */
  readonly caller: string | undefined
  /** What the request says of the key. */
  readonly keyOf: (params: Readonly<Record<string, unknown>>, caller: Caller | undefined) => Key
}

/** See {@link RouteKeys}. @throws when the path names what is no part of the key. */
export const routeKeysOf = (projection: Served, query: ProjectionQuery): RouteKeys => {
  const { visible, params } = query
  const all = keyColumnsOf(projection.store)
  const odd = params.find((name) => !all.includes(name))
  if (odd !== undefined) throw new Error(`${query.path} names ${odd}; its key is ${all.join(', ')}`)
  const isCaller = (name: string) =>
    visible.rule === 'owner' && visible.column === name && !params.includes(name)
  const caller = all.find(isCaller)
  return {
    params: z.object(Object.fromEntries(params.map((name) => [name, keyPart(projection.row[name])]))),
    open: all.filter((name) => name !== caller && !params.includes(name)),
    caller,
    keyOf: (given, user) => ({
      ...(given as Key),
      ...(caller !== undefined && { [caller]: user?.userId ?? '' }),
    }),
  }
}

/** What a request may send for a part of a key; texts where a column says nothing (counts and lists). */
export const keyPart = (column: Column | undefined): z.ZodType<string | number, string> => {
  if (column?.schema['format'] === 'uuid') return z.guid().transform((id) => id.toLowerCase())
  if (column?.cell === 'int') return number(32)
  if (column?.cell === 'bigint') return number(54)
  if (column?.schema['enum']) return z.enum(column.schema['enum'] as readonly [string, ...string[]])
  return text
}

const text = z.string().regex(/^\P{C}{1,256}$/u, 'must be 1 to 256 printable characters')

const number = (bits: 32 | 54) =>
  z
    .string()
    .regex(/^-?\d{1,16}$/, 'must be a whole number')
    .transform(Number)
    .pipe(wholeNumberOf(bits))
