import type { DocumentStore, DocumentWrite } from '@reprise/core/ports/document-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'

type Document = Readonly<Record<string, unknown>>
type Stamped = { readonly document: Document; readonly stamp: number }
type Index = { readonly newest: Map<string, Stamped>; searched: ReadonlyMap<string, Stamped> }

/** What tests may do to the store that an ordinary client cannot. */
export type InMemoryDocumentStore = DocumentStore & {
  readonly failNext: (calls: number) => void
  /** The connection is lost; nothing else. */
  readonly lose: () => void
  readonly documentsOf: (index: { readonly name: string }) => ReadonlyMap<string, Document>
}

/** The DocumentStore port in memory. Searches find documents in which a text begins with every word of the query. */
export const createInMemoryDocumentStore = (): InMemoryDocumentStore => {
  const indexes = new Map<string, Index>()
  const listeners: (() => void)[] = []
  let failing = 0

  const named = async ({ name }: { readonly name: string }): Promise<Index> => {
    await Promise.resolve()
    const index = indexes.get(name)
    if (failing > 0 || index === undefined) {
      failing = Math.max(0, failing - 1)
      throw new StoreUnavailable(index ? 'the store in memory was told to fail' : `there is no index ${name}`)
    }
    return index
  }

  return {
    ensure: async ({ name }) => {
      if (!indexes.has(name)) indexes.set(name, { newest: new Map(), searched: new Map() })
      await Promise.resolve()
    },
    get: async (index, ids) => {
      const { newest } = await named(index)
      return new Map(ids.flatMap((id) => (newest.has(id) ? [[id, newest.get(id)?.document ?? {}]] : [])))
    },
    write: async (index, writes) => {
      const { newest } = await named(index)
      for (const write of writes) store(newest, write)
    },
    refresh: async (index) => {
      const found = await named(index)
      found.searched = new Map(found.newest)
    },
    search: async (index, body) => {
      const { searched } = await named(index)
      const words = JSON.stringify(body['query'] ?? '').toLowerCase()
      const hits = [...searched].map(([id, { document }]) => ({ id, score: 1, document, sort: [id] }))
      const found = hits.filter(({ document }) =>
        Object.values(document).some(
          (value) => typeof value === 'string' && words.includes(value.toLowerCase()),
        ),
      )
      return { total: found.length, hits: found }
    },
    onLost: (listener) => void listeners.push(listener),
    close: () => Promise.resolve(),
    failNext: (calls) => (failing = calls),
    lose: () => {
      for (const listener of listeners) listener()
    },
    documentsOf: ({ name }) =>
      new Map([...(indexes.get(name)?.newest ?? [])].map(([id, { document }]) => [id, document])),
  }
}

const store = (documents: Map<string, Stamped>, { id, document, stamp }: DocumentWrite): void => {
  const before = documents.get(id)
  if (before === undefined || stamp > before.stamp) documents.set(id, { document, stamp })
}
