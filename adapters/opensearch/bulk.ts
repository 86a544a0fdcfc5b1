import { IndexReplaced, type DocumentWrite, type Refusal } from '@reprise/core/ports/document-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { withRemedy } from './opensearch-failure.ts'

/** What OpenSearch says of one item of a bulk. */
export type BulkItem = {
  readonly index?: {
    readonly _id?: string
    readonly status: number
    readonly error?: BulkError
  }
}

type BulkError = { readonly type?: string; readonly reason?: string; readonly caused_by?: BulkError }

const bulkBytesMax = 5_000_000

/** The block that a promotion sets; a full disk sets another one. */
const isClosed = /FORBIDDEN\/8\//

/** The bodies of bulk requests for these writes, each of bounded size, in order. */
export function* bulkBodies(index: string, writes: readonly DocumentWrite[]): Generator<string> {
  let lines: string[] = []
  let bytes = 0
  for (const { id, document, stamp } of writes) {
    const action = { index: { _index: index, _id: id, version: stamp, version_type: 'external' } }
    const item = `${JSON.stringify(action)}\n${JSON.stringify(document)}\n`
    const size = Buffer.byteLength(item)
    if (bytes > 0 && bytes + size > bulkBytesMax) {
      yield lines.join('')
      lines = []
      bytes = 0
    }
    lines.push(item)
    bytes += size
  }
  if (bytes > 0) yield lines.join('')
}

/**
 * The client's own bulk helper retries 429 alone and drops the rest, so every item is looked at: 409 means that
 * something newer is stored. Answers the documents that their mapping refuses, by id.
 * @throws {IndexReplaced} when the index was closed to writes
 * @throws {StoreUnavailable} when an item should be tried again
 * @throws when an item is refused for any other reason, naming it
 */
export const refusalsIn = (items: readonly BulkItem[]): ReadonlyMap<string, Refusal> => {
  const refusals = new Map<string, Refusal>()
  for (const { index } of items) {
    if (index === undefined || index.status < 300 || index.status === 409) continue
    const { _id: id = '', status, error = {} } = index
    const reason = `${error.type ?? ''}: ${error.reason ?? ''}`
    if (status === 403 && isClosed.test(reason))
      throw new IndexReplaced(
        'its index takes no more writes: one with another mapping takes its place, or has; start this process ' +
          `again to take it back (${reason})`,
      )
    if (status === 429 || status >= 500 || status === 404)
      throw new StoreUnavailable(`OpenSearch did not store document ${id}: ${withRemedy(reason)}`)
    if (!isOfDocument(status, error)) throw new Error(`OpenSearch refuses document ${id}: ${reason}`)
    refusals.set(id, refusalOf(error))
  }
  return refusals
}

/** What says of itself that the document doesn't fit its mapping. */
const mappingErrors = new Set([
  'mapper_parsing_exception',
  'document_parsing_exception',
  'strict_dynamic_mapping_exception',
])
/** Illegal arguments are also an index that is full, an alias without a write index and a pipeline that isn't there. */
const isOfField = /immense term in field=|DocValuesField "/

/** Whether an item was refused for what is in its document, and for nothing that may be otherwise at another time. */
const isOfDocument = (status: number, { type = '', reason = '' }: BulkError): boolean =>
  status === 413 ||
  (status === 400 &&
    (mappingErrors.has(type) || (type === 'illegal_argument_exception' && isOfField.test(reason))))

/** It may cite the value. */
const reasonCharsMax = 500

const refusalOf = (error: BulkError): Refusal => {
  const reasons: string[] = []
  for (let at: BulkError | undefined = error; at !== undefined; at = at.caused_by) {
    const reason = at.reason ?? ''
    // One that wraps another repeats its words.
    if (!reasons.some((said) => said.includes(reason))) reasons.push(reason)
  }
  const reason = reasons.join(': ')
  const field = fieldIn(reason)
  return {
    ...(field !== undefined && { field }),
    reason: `${error.type ?? ''}: ${reason}`.slice(0, reasonCharsMax),
  }
}

const unknownField = /introduction of \[([^\]]+)\] within \[([^\]]+)\]/
const knownField = /(?:field|object mapping for|tried to parse field) \[([^\]]+)\]|[Ff]ield[= ]"([^"]+)"/

const fieldIn = (reason: string): string | undefined => {
  const [, unknown, within] = unknownField.exec(reason) ?? []
  if (unknown !== undefined) return within === '_doc' ? unknown : `${within}.${unknown}`
  const [, named, quoted] = knownField.exec(reason) ?? []
  return named ?? quoted
}
