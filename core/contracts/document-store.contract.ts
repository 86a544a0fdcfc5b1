import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  type Document,
  DocumentsRefused,
  IndexReplaced,
  type DocumentIndex,
  type DocumentStore,
} from '../ports/document-store.port.ts'
import { StoreUnavailable } from '../ports/store-failure.ts'

const index: DocumentIndex = {
  name: 'contract',
  mappings: {
    properties: {
      name: { type: 'text' },
      count: { type: 'integer' },
      key: { type: 'keyword' },
      refers: { type: 'keyword' },
      parts: { properties: { one: { type: 'keyword' } } },
    },
  },
}

/** Generations of one name: each has another analysis. */
const generationOf = (name: string, number: number): DocumentIndex => ({
  ...index,
  name: `contract_${name}`,
  settings: { analysis: { analyzer: { [`generation_${number}`]: { type: 'standard' } } } },
})

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
      (await store.live.search([index], { query: { match: { name: word } } })).hits.map(({ id }) => id)
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

    test('what the mapping refuses is named with field and reason; all else of the write is stored', async () => {
      const write = (id: string, document: Document, stamp = 1) => ({ id, document, stamp })
      const fine = { name: 'fine', count: 1 }
      await store.write(index, [write('refused-kept', fine)])
      const writing = store.write(index, [
        write('refused-before', fine),
        write('refused-unknown', { ...fine, other: 1 }),
        write('refused-value', { ...fine, count: 'many' }),
        write('refused-object', { ...fine, name: { first: 'no' } }),
        write('refused-flat', { ...fine, parts: 'no object' }),
        write('refused-inner', { ...fine, parts: { one: 'a', two: 'b' } }),
        write('refused-term', { ...fine, key: 'k'.repeat(40_000) }),
        write('refused-kept', { count: 'many' }, 2),
        write('refused-after', { ...fine, parts: { one: ['a', 'b'] } }),
      ])
      const refused = await writing.catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(DocumentsRefused)
      const { refusals } = refused as DocumentsRefused
      expect(Object.fromEntries([...refusals].map(([id, { field }]) => [id, field]))).toEqual({
        'refused-unknown': 'other',
        'refused-value': 'count',
        'refused-object': 'name',
        'refused-flat': 'parts',
        'refused-inner': 'parts.two',
        'refused-term': 'key',
        'refused-kept': 'count',
      })
      for (const { reason } of refusals.values()) expect(reason).toMatch(/\w+_exception: ./)
      const kept = await store.get(index, [
        'refused-before',
        'refused-after',
        'refused-kept',
        ...refusals.keys(),
      ])
      expect([...kept.keys()].sort()).toEqual(['refused-after', 'refused-before', 'refused-kept'])
      expect(kept.get('refused-kept')).toEqual(fine)
    })

    test('documents are found page by page by one of the values of a field, as a refresh saw them', async () => {
      const writes = Array.from({ length: 25 }, (_, at) => {
        const key = `key-${at.toString().padStart(2, '0')}`
        return { id: key, document: { key, refers: ['all', at % 2 === 0 ? 'even' : 'odd'] }, stamp: 1 }
      })
      await store.write(index, [...writes].reverse())
      await store.refresh(index)
      await store.write(index, [{ id: 'unseen', document: { key: 'unseen', refers: ['even'] }, stamp: 1 }])
      const wanted = { field: 'refers', values: ['even', 'none'], sortedBy: 'key', limit: 8 }
      const first = await store.find(index, wanted)
      const second = await store.find(index, { ...wanted, after: first.at(-1) ?? '' })
      expect([first.length, second.length]).toEqual([8, 5])
      const even = writes.map(({ id }) => id).filter((_, at) => at % 2 === 0)
      expect([...first, ...second]).toEqual(even)
    })

    describe('live', () => {
      const yes = () => Promise.resolve(true)
      const put = (at: DocumentIndex, id: string, name: string) =>
        store.write(at, [{ id, document: { name, count: 1 }, stamp: 1 }])
      const filled = async (name: string, number: number) => {
        const made = generationOf(name, number)
        await store.ensure(made)
        await put(made, `in-${number}`, 'generation')
        await store.refresh(made)
        return made
      }
      const readIn = async (name: string) => {
        const named = { name: `contract_${name}` }
        const { hits } = await store.live.search([named], { query: { match: { name: 'generation' } } })
        return hits.map(({ id }) => id)
      }

      test('the first index of a name is live at once, another one is filled beside it unseen', async () => {
        const [first, second] = [await filled('beside', 1), await filled('beside', 2)]
        expect([await store.isLive(first), await store.isLive(second)]).toEqual([true, false])
        expect(await readIn('beside')).toEqual(['in-1'])
        expect([...(await store.live.get(first, ['in-1', 'in-2'])).keys()]).toEqual(['in-1'])
        expect([...(await store.get(second, ['in-1', 'in-2'])).keys()]).toEqual(['in-2'])
      })

      test('a promotion closes what is live, asks, and switches or not', async () => {
        const [first, second] = [await filled('promoted', 1), await filled('promoted', 2)]
        const refused = await store.promote(second, async () => {
          await expect(put(first, 'late', 'late')).rejects.toBeInstanceOf(IndexReplaced)
          return false
        })
        expect(refused).toBe(false)
        expect(await readIn('promoted')).toEqual(['in-1'])
        expect(await store.promote(second, yes)).toBe(true)
        expect(await readIn('promoted')).toEqual(['in-2'])
        expect([await store.isLive(first), await store.isLive(second)]).toEqual([false, true])
        expect(await store.promote(second, () => Promise.reject(new Error('was asked again')))).toBe(true)
      })

      test('of two promotions at once one is made', async () => {
        await filled('raced', 1)
        const [second, third] = [await filled('raced', 2), await filled('raced', 3)]
        let thirdIsLive = false
        const isSecondMade = await store.promote(second, async () => {
          thirdIsLive = await store.promote(third, yes)
          return true
        })
        expect([isSecondMade, thirdIsLive]).toEqual([false, true])
        expect(await readIn('raced')).toEqual(['in-3'])
      })

      test('the replaced one takes writes again once it is ensured, and can be live again', async () => {
        const [first, second] = [await filled('returned', 1), await filled('returned', 2)]
        await store.promote(second, yes)
        await expect(put(first, 'late', 'late')).rejects.toBeInstanceOf(IndexReplaced)
        await store.ensure(first)
        expect(await store.isLive(first)).toBe(false)
        await put(first, 'more', 'generation')
        await store.refresh(first)
        expect(await store.promote(first, yes)).toBe(true)
        expect((await readIn('returned')).sort()).toEqual(['in-1', 'more'])
      })

      test('older ones are deleted, but for the one before; younger ones stay', async () => {
        const [first, second] = [await filled('pruned', 1), await filled('pruned', 2)]
        await store.promote(second, yes)
        const [third, fourth] = [await filled('pruned', 3), await filled('pruned', 4)]
        await store.promote(third, yes)
        await expect(store.get(first, ['in-1'])).rejects.toBeInstanceOf(StoreUnavailable)
        expect((await store.get(second, ['in-2'])).size).toBe(1)
        expect((await store.get(fourth, ['in-4'])).size).toBe(1)
      })

      test('several indexes give one answer, each hit with the name of its index', async () => {
        const [one, other] = [await filled('one', 1), await filled('other', 2)]
        const query = { query: { match: { name: 'generation' } }, size: 10 }
        const { total, hits } = await store.live.search([one, other], query)
        expect(total).toBe(2)
        expect(hits.map(({ index: from, id }) => [from, id]).sort()).toEqual([
          ['contract_one', 'in-1'],
          ['contract_other', 'in-2'],
        ])
      })

      test('nothing is live under a name that nobody ensured: not now, perhaps later', async () => {
        const nobody = { name: 'contract_nobody' }
        await expect(store.live.get(nobody, ['a'])).rejects.toBeInstanceOf(StoreUnavailable)
        await expect(store.live.refresh(nobody)).rejects.toBeInstanceOf(StoreUnavailable)
        await expect(store.live.search([nobody], {})).rejects.toBeInstanceOf(StoreUnavailable)
      })
    })
  })
}
