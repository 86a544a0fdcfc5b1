import { logicalNameOf, physicalNameOf } from '@reprise/core/layout/physical-index.ts'
import {
  DocumentsRefused,
  IndexReplaced,
  type Document,
  type DocumentHits,
  type DocumentIndex,
  type DocumentStore,
  type DocumentWrite,
  type IndexName,
  type Refusal,
  type WantedDocuments,
} from '@reprise/core/ports/document-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { mappingFaultOf } from './mapping-fault.ts'

type Stamped = { readonly document: Document; readonly stamp: number }
type Index = {
  readonly newest: Map<string, Stamped>
  searched: ReadonlyMap<string, Stamped>
  isClosed: boolean
}

/** What tests may do to the store that an ordinary client cannot. */
export type InMemoryDocumentStore = DocumentStore & {
  readonly failNext: (calls: number) => void
  /** The connection is lost; nothing else. */
  readonly lose: () => void
  readonly documentsOf: (index: DocumentIndex) => ReadonlyMap<string, Document>
}

/** The DocumentStore port in memory. Searches find documents in which a text begins with every word of the query. */
export const createInMemoryDocumentStore = (): InMemoryDocumentStore => {
  const indexes = new Map<string, Index>()
  const live = new Map<string, string>()
  const listeners: (() => void)[] = []
  let failing = 0

  const found = async (physical: string): Promise<Index> => {
    await Promise.resolve()
    const index = indexes.get(physical)
    if (failing > 0 || index === undefined) {
      failing = Math.max(0, failing - 1)
      throw new StoreUnavailable(
        index ? 'the store in memory was told to fail' : `there is no index ${physical}`,
      )
    }
    return index
  }
  const own = (index: DocumentIndex) => found(physicalNameOf(index))
  const read = ({ name }: IndexName) => found(live.get(name) ?? name)

  const promote = async (index: DocumentIndex, isAsNew: () => Promise<boolean>): Promise<boolean> => {
    const [before, next] = [live.get(index.name), physicalNameOf(index)]
    if (before === next) return true
    if (before !== undefined) {
      ;(await found(before)).isClosed = true
      if (!(await isAsNew()) || live.get(index.name) !== before) return false
    }
    live.set(index.name, next)
    for (const older of olderThan(next, [...indexes.keys()])) if (older !== before) indexes.delete(older)
    return true
  }

  return {
    ensure: async (index) => {
      const physical = physicalNameOf(index)
      const there = indexes.get(physical)
      if (there) there.isClosed = false
      else indexes.set(physical, { newest: new Map(), searched: new Map(), isClosed: false })
      if (!live.has(index.name)) live.set(index.name, physical)
      await Promise.resolve()
    },
    get: async (index, ids) => documentsIn(await own(index), ids),
    write: async (index, writes) => {
      const { newest, isClosed } = await own(index)
      if (isClosed) throw new IndexReplaced(`index ${physicalNameOf(index)} takes no more writes`)
      const refusals = new Map<string, Refusal>()
      for (const write of writes) {
        const refusal = mappingFaultOf(index, write.document)
        if (refusal) refusals.set(write.id, refusal)
        else store(newest, write)
      }
      if (refusals.size > 0) throw new DocumentsRefused(refusals)
    },
    refresh: async (index) => refreshed(await own(index)),
    find: async (index, wanted) => wantedIn(await own(index), wanted),
    isLive: async (index) => {
      await own(index)
      return live.get(index.name) === physicalNameOf(index)
    },
    promote,
    live: {
      get: async (index, ids) => documentsIn(await read(index), ids),
      refresh: async (index) => refreshed(await read(index)),
      search: async (names, body) =>
        hitsIn(await Promise.all(names.map(async (index) => [index.name, await read(index)] as const)), body),
    },
    onLost: (listener) => void listeners.push(listener),
    close: () => Promise.resolve(),
    failNext: (calls) => (failing = calls),
    lose: () => {
      for (const listener of listeners) listener()
    },
    documentsOf: (index) =>
      new Map(
        [...(indexes.get(physicalNameOf(index))?.newest ?? [])].map(([id, { document }]) => [id, document]),
      ),
  }
}

const documentsIn = ({ newest }: Index, ids: readonly string[]): ReadonlyMap<string, Document> =>
  new Map(ids.flatMap((id) => (newest.has(id) ? [[id, newest.get(id)?.document ?? {}]] : [])))

const refreshed = (index: Index): void => {
  index.searched = new Map(index.newest)
}

const wantedIn = (
  { searched }: Index,
  { field, values, sortedBy, limit, after = '' }: WantedDocuments,
): readonly string[] =>
  [...searched]
    .map(([id, { document }]) => ({ id, has: [document[field]].flat(), place: document[sortedBy] as string }))
    .filter(({ has, place }) => place > after && values.some((value) => has.includes(value)))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .slice(0, limit)
    .map(({ id }) => id)

const hitsIn = (indexes: readonly (readonly [string, Index])[], body: Document): DocumentHits => {
  const words = JSON.stringify(body['query'] ?? '').toLowerCase()
  const hits = indexes
    .flatMap(([index, { searched }]) =>
      [...searched].map(([id, { document }]) => ({
        index,
        id,
        score: 1,
        document,
        sort: [id],
        highlight: {},
      })),
    )
    .filter(({ document }) =>
      Object.values(document).some(
        (value) => typeof value === 'string' && words.includes(value.toLowerCase()),
      ),
    )
  return { total: hits.length, hits }
}

/** In the order in which they were made. */
const olderThan = (physical: string, all: readonly string[]): readonly string[] =>
  all.slice(0, all.indexOf(physical)).filter((name) => logicalNameOf(name) === logicalNameOf(physical))

const store = (documents: Map<string, Stamped>, { id, document, stamp }: DocumentWrite): void => {
  const before = documents.get(id)
  if (before === undefined || stamp > before.stamp) documents.set(id, { document, stamp })
}
