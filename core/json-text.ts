import { invalidRequest } from './invalid-request.ts'
import { Problem } from './problem.ts'

/** The value of a JSON text that came from outside. @throws {Problem} `bad-json` with the position where it breaks, `invalid-request` */
export const jsonOf = (bytes: Uint8Array): unknown => {
  const text = textOf(bytes)
  const value = valueOf(text)
  if (mayNamePrototype.test(text)) refusePrototype(value)
  return value
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

const textOf = (bytes: Uint8Array): string => {
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

/**
 * JSON.parse makes `__proto__` an own property, and whoever copies the object later changes its prototype instead. A
 * list of what is left to look at: a text may nest deeper than calls can.
 */
const refusePrototype = (value: unknown): void => {
  const left: unknown[] = [value]
  while (left.length > 0) {
    const part = left.pop()
    if (typeof part !== 'object' || part === null) continue
    if (!Array.isArray(part) && Object.hasOwn(part, '__proto__'))
      throw invalidRequest([{ path: '__proto__', message: 'unknown field; leave it out' }])
    for (const inner of Object.values(part)) left.push(inner)
  }
}
