import { describe, expect, test } from '@jest/globals'
import { IndexReplaced } from '@reprise/core/ports/document-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { refusalsIn } from './bulk.ts'

const item = (status: number, type: string, reason: string, causedBy?: string) => ({
  index: {
    _id: 'bad',
    status,
    error: {
      type,
      reason,
      ...(causedBy !== undefined && { caused_by: { type: 'cause', reason: causedBy } }),
    },
  },
})
const fine = [{ index: { _id: 'new', status: 201 } }, { index: { _id: 'older', status: 409 } }]

describe('a document is refused for what is in it, with its field', () => {
  test.each([
    [
      item(400, 'mapper_parsing_exception', 'failed to parse field [count] of type [integer]', 'For "many"'),
      'count',
      'mapper_parsing_exception: failed to parse field [count] of type [integer]: For "many"',
    ],
    [
      item(
        400,
        'strict_dynamic_mapping_exception',
        'mapping set to strict, dynamic introduction of [x] within [_doc] is not allowed',
      ),
      'x',
      undefined,
    ],
    [
      item(
        400,
        'strict_dynamic_mapping_exception',
        'mapping set to strict, dynamic introduction of [x] within [a.b] is not allowed',
      ),
      'a.b.x',
      undefined,
    ],
    [
      item(400, 'illegal_argument_exception', 'Document contains at least one immense term in field="key" …'),
      'key',
      undefined,
    ],
    [item(400, 'document_parsing_exception', 'failed to parse'), undefined, undefined],
    [item(413, 'too_large', 'too large'), undefined, 'too_large: too large'],
  ])('%j', (refused, field, reason) => {
    const refusal = refusalsIn([...fine, refused, ...fine]).get('bad')
    expect(refusal?.field).toBe(field)
    if (reason !== undefined) expect(refusal?.reason).toBe(reason)
  })

  test('the reason is cut, as it may cite the value', () => {
    const refused = item(400, 'mapper_parsing_exception', 'x'.repeat(10_000))
    expect(refusalsIn([refused]).get('bad')?.reason).toHaveLength(500)
  })
})

describe('what is not the document’s own makes no refusal, whatever else was refused', () => {
  const refused = item(400, 'mapper_parsing_exception', 'failed to parse field [count] of type [integer]')

  test.each([
    item(429, 'cluster_block_exception', 'index [x] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded]'),
    item(429, 'rejected_execution_exception', 'rejected'),
    item(429, 'circuit_breaking_exception', 'too large'),
    item(404, 'index_not_found_exception', 'no such index and [require_alias] request flag is [true]'),
    item(500, 'mapper_parsing_exception', 'failed to parse field [count]'),
    item(503, 'unavailable_shards_exception', 'primary shard is not active'),
  ])('but is waited for: %j', (passing) => {
    expect(() => refusalsIn([refused, passing])).toThrow(StoreUnavailable)
  })

  test('and an index that is gone is told with what brings it back', () => {
    const gone = item(
      404,
      'index_not_found_exception',
      'no such index and [require_alias] request flag is [true]',
    )
    expect(() => refusalsIn([gone])).toThrow('reprise restart projectors')
  })

  test('but another index in its place', () => {
    const closed = item(403, 'cluster_block_exception', 'blocked by: [FORBIDDEN/8/index write (api)];')
    expect(() => refusalsIn([refused, closed])).toThrow(IndexReplaced)
  })

  test.each([
    item(403, 'cluster_block_exception', 'blocked by: [FORBIDDEN/5/index read-only (api)];'),
    item(403, 'security_exception', 'no permissions'),
    item(400, 'illegal_argument_exception', 'no write index is defined for alias [x]'),
    item(400, 'illegal_argument_exception', 'pipeline with id [x] does not exist'),
    item(400, 'illegal_argument_exception', 'Number of documents in the index can not exceed [2147483519]'),
  ])('but ends the write with words: %j', (other) => {
    expect(() => refusalsIn([refused, other])).toThrow('OpenSearch refuses document bad: ')
  })
})
