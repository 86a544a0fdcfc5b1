import { z } from 'zod'

/** A playlist's id. */
export const playlistId = z.guid().transform((id) => id.toLowerCase())

/** A track's id. */
export const trackId = z
  .string()
  .regex(/^[!-~]{1,64}$/, 'must be 1 to 64 printable ASCII characters without spaces')

/** How many entries of a list: a whole number, written out. */
export const limitUpTo = (limitMax: number, byDefault: number) =>
  wholeNumber('limit', 1, limitMax).default(byDefault)

/** A whole number in a query string. */
export const wholeNumber = (name: string, least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be a whole number from ${least} to ${most}`)
    .meta({ title: name, description: `${least} to ${most}` })

/** Where the page before ended. */
export const cursor = z
  .string()
  .min(1)
  .max(2_048)
  .optional()
  .meta({ description: '`next` of the page before' })

/** Up to 100 ids, separated by commas. Twice the same counts once. */
export const idsOf = <Id extends string | number>(id: z.ZodType<Id, string>) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(id).min(1).max(100))
    .transform((ids) => [...new Set(ids)])
    .meta({ description: 'up to 100 ids, separated by commas' })
