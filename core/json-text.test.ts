import { describe, expect, test } from '@jest/globals'
import { jsonOf } from './json-text.ts'
import type { Problem } from './problem.ts'

const parsed = (text: string) => jsonOf(Buffer.from(text))
const codeOf = (text: string) => {
  try {
    return { value: parsed(text) }
  } catch (problem) {
    return (problem as Problem).code
  }
}
const nested = (inner: string, depth = 200_000) => '['.repeat(depth) + inner + ']'.repeat(depth)

describe('JSON from outside', () => {
  test.each(['{"__proto__":1}', '[1,{"a":[{"\\u005f_proto__":{}}]}]', nested('{"__proto__":1}')])(
    'may not name a prototype, however deep and however written',
    (text) => {
      expect(codeOf(text)).toBe('invalid-request')
    },
  )

  test('may nest deeper than calls can, and speak of a prototype', () => {
    expect(parsed(`{"__p":${nested('')}}`)).toHaveProperty('__p')
    expect(parsed('{"name":"__proto__"}')).toEqual({ name: '__proto__' })
  })
})
