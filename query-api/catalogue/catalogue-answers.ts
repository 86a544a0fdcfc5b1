import { z } from 'zod'

/** Someone or something that is named beside what refers to it. */
export const namedAnswer = z.strictObject({ id: z.string(), name: z.string() })

const plays = z.int().meta({ description: 'Counted streams of all time' })

/** A track as it is answered. */
export const trackAnswer = z.strictObject({
  type: z.literal('track'),
  id: z.string(),
  kind: z.enum(['song', 'episode']),
  title: z.string(),
  artists: z.array(namedAnswer).meta({ description: 'in order' }),
  album: namedAnswer.nullable(),
  durationMs: z.int().nullable(),
  released: z
    .string()
    .nullable()
    .meta({ description: 'as precise as it is known: 2019, 2019-05 or 2019-05-31' }),
  isrc: z.string().nullable(),
  genres: z.array(z.string()),
  plays,
})

/** An artist as it is answered. */
export const artistAnswer = z.strictObject({
  type: z.literal('artist'),
  id: z.string(),
  name: z.string(),
  country: z.string().nullable().meta({ description: 'ISO 3166-1 alpha-2' }),
  born: z.string().nullable(),
  status: z.enum(['active', 'inactive', 'deceased']).nullable(),
  plays,
})

/** An album as it is answered. */
export const albumAnswer = z.strictObject({
  type: z.literal('album'),
  id: z.string(),
  name: z.string(),
  artist: namedAnswer.nullable(),
  plays,
})
