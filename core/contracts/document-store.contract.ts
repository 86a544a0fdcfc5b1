import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { DocumentIndex, DocumentStore } from '../ports/document-store.port.ts'

const index: DocumentIndex = {
  name: 'contract',
  mappings: { properties: { name: { type: 'text' }, count: { type: 'integer' } } },
}

/** What every DocumentStore must keep. The store is fresh. */
export const documentStoreContract = (
  name: string,
  create: () => Promise<DocumentStore>,
  dispose?: () => Promise<void>,
): void => {
  describe(`document store contract: ${name}`, () => {
    let store: DocumentStore
    const get = async (id: string) => (await store.get(index, [id])).get(id)
    const find = async (word: string) =>
      (await store.search(index, { query: { match: { name: word } } })).hits.map(({ id }) => id)
    beforeAll(async () => {
      store = await create()
      await store.ensure(index)
      await store.ensure(index)
    })
    afterAll(async () => {
      await dispose?.()
      await store.close()
    })

    test('the highest stamp wins, in whatever order writes arrive, and a lost write is no error', async () => {
      for (const stamp of [2, 1, 3, 3, 2])
        await store.write(index, [{ id: 'a', document: { name: `v${stamp}`, count: stamp }, stamp }])
      expect(await get('a')).toEqual({ name: 'v3', count: 3 })
    })

    test('a document is read by id at once, and nothing is read of one that was never written', async () => {
      await store.write(index, [{ id: `b'"{}👩‍🚀`, document: { name: '\u202e"\\', count: 1 }, stamp: 1 }])
      expect(await get(`b'"{}👩‍🚀`)).toEqual({ name: '\u202e"\\', count: 1 })
      expect(await get('never')).toBeUndefined()
    })

    test('a search finds what was written before a refresh began', async () => {
      await store.write(index, [{ id: 'c', document: { name: 'findable', count: 1 }, stamp: 1 }])
      await store.refresh(index)
      expect(await find('findable')).toEqual(['c'])
      await store.write(index, [{ id: 'd', document: { name: 'findable', count: 1 }, stamp: 1 }])
      await Promise.all([store.refresh(index), store.refresh(index), store.refresh(index)])
      expect((await find('findable')).sort()).toEqual(['c', 'd'])
    })

    test('a thousand documents in one write, and the same again', async () => {
      const writes = Array.from({ length: 1_000 }, (_, at) => ({
        id: `many-${at}`,
        document: { name: 'm', count: at },
        stamp: at + 1,
      }))
      await store.write(index, writes)
      await store.write(index, writes)
      const ids = writes.map(({ id }) => id)
      expect((await store.get(index, ids)).size).toBe(1_000)
    })
  })
}
