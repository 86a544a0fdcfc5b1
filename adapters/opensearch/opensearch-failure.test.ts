import { expect, test } from '@jest/globals'
import { errors } from '@opensearch-project/opensearch'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { failureOf } from './opensearch-failure.ts'

const answered = (statusCode: number, type: string, reason: string) =>
  new errors.ResponseError({
    statusCode,
    body: { error: { type, reason, root_cause: [{ type, reason }] } },
  } as never)

test('an index that is gone is an answer for now, with what brings it back', () => {
  const failure = failureOf(answered(404, 'index_not_found_exception', 'no such index [songs-1]'))
  expect(failure).toBeInstanceOf(StoreUnavailable)
  expect(failure.message).toContain('no such index [songs-1]')
  expect(failure.message).toContain('reprise restart projectors')
})

test('what passes by itself asks for nothing', () => {
  const failure = failureOf(answered(429, 'circuit_breaking_exception', 'data too large'))
  expect(failure).toBeInstanceOf(StoreUnavailable)
  expect(failure.message).not.toContain('restart')
})

test('what will not pass stays what it is', () => {
  const refused = answered(400, 'parsing_exception', 'unknown query')
  expect(failureOf(refused)).toBe(refused)
})
