import type { Request, RequestHandler } from 'express'
import { invalidRequest } from '@reprise/core/invalid-request.ts'
import { Problem } from '@reprise/core/problem.ts'
import { readBody } from './large-body.ts'

/** Reads a JSON body into `request.body`; leaves it undefined where there is none. */
export const jsonBody =
  (bytesMax: number): RequestHandler =>
  async (request, _response, next) => {
    if (hasBody(request)) {
      refuseOtherTypes(request)
      request.body = jsonOf(await readBody(request, bytesMax))
    }
    next()
  }

const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

const refuseOtherTypes = ({ headers }: Request): void => {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';')
  const charset = parameters.map((parameter) => parameter.trim()).find((each) => each.startsWith('charset='))
  const encoding = headers['content-encoding'] ?? 'identity'
  if (type.trim() !== 'application/json')
    throw unsupported(`send Content-Type: application/json, not ${type.trim() || 'nothing'}`)
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset))
    throw unsupported(`send the body as UTF-8, not ${charset.slice('charset='.length)}`)
  if (encoding !== 'identity') throw unsupported('send the body without Content-Encoding')
}

const unsupported = (detail: string) => new Problem('unsupported-media-type', detail)

/** The value of a JSON text. @throws {Problem} `bad-json` with the position where it breaks. */
export const jsonOf = (bytes: Buffer): unknown => {
  const text = textOf(bytes)
  const value = valueOf(text)
  if (mayNamePrototype.test(text)) refusePrototype(value)
  return value
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

const textOf = (bytes: Buffer): string => {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Problem('bad-json', 'the body is not valid UTF-8')
  }
}

const valueOf = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw badJson(text, error instanceof Error ? error.message : '')
  }
}

/** Only the place is told: V8's own words repeat parts of the body. */
const badJson = (text: string, message: string): Problem => {
  const found = /at position (\d+)/.exec(message)?.[1]
  const position =
    found === undefined ? (/end of JSON/.test(message) ? text.length : undefined) : Number(found)
  if (position === undefined) return new Problem('bad-json', 'the body is not valid JSON')
  const before = text.slice(0, position).split('\n')
  const line = before.length
  const column = (before.at(-1)?.length ?? 0) + 1
  return new Problem('bad-json', `the body is not valid JSON from line ${line}, column ${column} on`, {
    facts: { position, line, column },
  })
}

/** A cheap look before the dear one: escapes included, as JSON allows them in names. */
const mayNamePrototype = /(?:_|\\u005[fF]){2}(?:p|\\u0070)/

/** JSON.parse makes `__proto__` an own property, and whoever copies the object later changes its prototype instead. */
const refusePrototype = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value) && Object.hasOwn(value, '__proto__'))
    throw invalidRequest([{ path: '__proto__', message: 'unknown field; leave it out' }])
  for (const part of Object.values(value)) refusePrototype(part)
}
