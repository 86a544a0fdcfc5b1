import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { Problem } from '@reprise/core/problem.ts'
import type { View } from './progress/watermarks.ts'

/** A list that is read page by page: the view, and which of its lists. */
export type PagedList = { readonly view: View; readonly list: readonly string[] }

/** The opaque cursor of a place in a list. It names the list and the projection's version, and holds in no other. */
export const cursorOf = (list: PagedList, place: unknown): string => {
  const text = JSON.stringify(place)
  return Buffer.concat([checkOf(list, text), Buffer.from(text)]).toString('base64url')
}

/**
 * The place that a cursor names. The check finds mistakes, not intent: whoever reads this can make a cursor, so the
 * schema admits nothing but what may be read from. @throws {Problem} `bad-cursor`
 */
export const placeIn = <Schema extends z.ZodType>(
  list: PagedList,
  schema: Schema,
  cursor: string,
): z.output<Schema> => {
  const bytes = Buffer.from(cursor, 'base64url')
  const text = bytes.subarray(checkBytes).toString('utf8')
  if (bytes.toString('base64url') !== cursor || !checkOf(list, text).equals(bytes.subarray(0, checkBytes)))
    throw badCursor()
  const place = schema.safeParse(parsedOf(text))
  if (!place.success) throw badCursor()
  return place.data
}

const parsedOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw badCursor()
  }
}

const checkBytes = 8

const checkOf = ({ view, list }: PagedList, text: string): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([view.name, view.version, list]))
    .update(text)
    .digest()
    .subarray(0, checkBytes)

const badCursor = () =>
  new Problem('bad-cursor', 'the cursor is malformed or belongs to another list; begin again without it')
