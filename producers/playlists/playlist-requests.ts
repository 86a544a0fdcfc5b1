import { z } from 'zod'

/** Text that people write: well-formed Unicode without control characters (line breaks only where allowed). */
const written = (lengthMax: number, allowed: RegExp) =>
  z
    .string()
    .max(lengthMax)
    .refine(
      (value) => value.isWellFormed() && allowed.test(value),
      'must be well-formed text without control characters',
    )

// eslint-disable-next-line no-control-regex
const oneLine = /^[^\u0000-\u001f\u007f]*$/
// eslint-disable-next-line no-control-regex
const severalLines = /^[^\u0000-\u0008\u000b-\u001f\u007f]*$/

const name = written(200, oneLine).refine((value) => value.trim() !== '', 'must not be blank')
const description = written(2_000, severalLines)
const visibility = z.enum(['public', 'private'])

/** An instant: ISO 8601 with a zone, or milliseconds since 1970 UTC. */
export const instant = z.union([
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  z.int().min(0),
])

const occurredAt = instant.optional()

/** The path's playlist id: a UUID of any version. */
export const playlistParams = z.object({ playlistId: z.guid().transform((id) => id.toLowerCase()) })

/** A user's id: what a token's subject may be. */
export const userId = z
  .string()
  .refine(
    (value) => value.isWellFormed() && /^\P{C}{1,128}$/u.test(value),
    'must be a user id of 1 to 128 characters',
  )

/** The path of a collaborator. */
export const collaboratorParams = playlistParams.extend({ userId })

/** Body of a creation. */
export const createRequest = z.strictObject({
  name,
  description: description.default(''),
  visibility: visibility.default('private'),
  collaborative: z.boolean().default(false),
  occurredAt,
})

/** Body of a change of details. */
export const changeDetailsRequest = z
  .strictObject({
    name: name.optional(),
    description: description.optional(),
    visibility: visibility.optional(),
    collaborative: z.boolean().optional(),
    occurredAt,
  })
  .refine(
    ({ occurredAt: _at, ...changes }) => Object.keys(changes).length > 0,
    'name at least one detail to change',
  )

/** Body of what needs none: a deletion, or a change of collaborators. At most it says when it happened. */
export const bareRequest = z.strictObject({ occurredAt }).optional()

/** An item's id. */
export const itemId = z.string().regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 characters of A-Z a-z 0-9 _ . -')

/** A track's id. */
export const trackId = z
  .string()
  .regex(/^[!-~]{1,64}$/, 'must be 1 to 64 printable ASCII characters without spaces')

const index = z.int().min(0).max(10_000)
const anchor = itemId.nullable().optional()
const place = { after: anchor, before: anchor, at: index.optional() }
const onePlace = (edit: { after?: unknown; before?: unknown; at?: unknown }) =>
  [edit.after, edit.before, edit.at].filter((given) => given !== undefined).length
const manyItems = z.array(itemId).min(1).max(10_000)

/** One edit. Unknown members are refused, so that a misspelt anchor is not taken for "at the end". */
export const edit = z.union([
  z
    .strictObject({
      add: z
        .array(z.strictObject({ trackId, itemId: itemId.optional() }))
        .min(1)
        .max(10_000),
      ...place,
    })
    .refine((value) => onePlace(value) <= 1, 'give at most one of after, before and at'),
  z
    .strictObject({ move: manyItems, ...place })
    .refine((value) => onePlace(value) === 1, 'give exactly one of after, before and at'),
  z.strictObject({ remove: manyItems }),
  z.strictObject({ removeAt: z.array(index).min(1).max(10_000) }),
  z.strictObject({
    moveRange: z.strictObject({ start: index, length: z.int().min(1).max(10_000), to: index }),
  }),
])

/** Body of `/edits`. */
export const editsRequest = z.strictObject({ edits: z.array(edit).min(1).max(1_000), occurredAt })
