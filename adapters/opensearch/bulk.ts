import { IndexReplaced, type DocumentWrite } from '@reprise/core/ports/document-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'

/** What OpenSearch says of one item of a bulk. */
export type BulkItem = {
  readonly index?: {
    readonly _id?: string
    readonly status: number
    readonly error?: { readonly type?: string; readonly reason?: string }
  }
}

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
 * something newer is stored.
 * @throws {IndexReplaced} when the index was closed to writes
 * @throws {StoreUnavailable} when an item should be tried again
 * @throws when an item can never be stored, naming it
 */
export const checkItems = (items: readonly BulkItem[]): void => {
  for (const { index } of items) {
    if (index === undefined || index.status < 300 || index.status === 409) continue
    const reason = `${index.error?.type ?? ''}: ${index.error?.reason ?? ''}`
    if (index.status === 403 && isClosed.test(reason))
      throw new IndexReplaced(
        'its index takes no more writes: one with another mapping takes its place, or has; start this process ' +
          `again to take it back (${reason})`,
      )
    if (index.status === 429 || index.status >= 500 || index.status === 404)
      throw new StoreUnavailable(`OpenSearch did not store document ${index._id ?? ''}: ${reason}`)
    throw new Error(`OpenSearch refuses document ${index._id ?? ''}: ${reason}`)
  }
}
