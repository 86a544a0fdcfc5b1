import { z } from 'zod'
import { foldText } from '@reprise/core/search/fold-text.ts'
import { cursor, limitUpTo } from '../request-parts.ts'

/** What search finds. */
export const searchedTypes = ['track', 'artist', 'album', 'playlist'] as const

/** See {@link searchedTypes}. */
export type SearchedType = (typeof searchedTypes)[number]

/** What is typed: 1 to 200 characters, some of them to be seen. */
export const typedText = z
  .string()
  .max(200)
  .refine((text) => foldText(text).length > 0, 'must not be blank')
  .transform((text) => text.trim())

const typeList = z
  .string()
  .transform((text) => [...new Set(text.split(',').map((part) => part.trim()))])
  .pipe(z.array(z.enum(searchedTypes)).min(1))
  .default([...searchedTypes])
  .meta({ description: `any of ${searchedTypes.join(', ')}, separated by commas; all of them if not given` })

const yearRange = z
  .string()
  .regex(/^\d{4}(-\d{4})?$/, 'must be a year, or two as 1990-1999')
  .transform((text) => {
    const [from = 0, to = from] = text.split('-').map(Number)
    return { from, to }
  })
  .refine(({ from, to }) => from <= to, 'must begin before it ends')
  .meta({ description: 'a year of release, or a range: 1990-1999' })

/** The query string of a search. */
export const searchOptions = z.strictObject({
  q: typedText,
  type: typeList,
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, 'must be a country as two letters')
    .transform((text) => text.toUpperCase())
    .optional()
    .meta({ description: 'where an artist comes from, ISO 3166-1 alpha-2' }),
  genre: z.string().trim().min(1).max(100).optional(),
  year: yearRange.optional(),
  kind: z.enum(['song', 'episode']).optional(),
  limit: limitUpTo(50, 20),
  cursor,
})

/** See {@link searchOptions}. */
export type SearchOptions = z.output<typeof searchOptions>
