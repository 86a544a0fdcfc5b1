import { randomBytes } from 'node:crypto'
import { Client } from '@opensearch-project/opensearch'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { createOpenSearchDocumentStore } from '@reprise/adapters/opensearch/opensearch-document-store.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { documentLayoutOf, presentOnly } from '@reprise/core/layout/document-layout.ts'
import { physicalNameOf } from '@reprise/core/layout/physical-index.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { generationOf } from '../testing/generations.ts'
import { createHistoryWriter } from '../testing/history-writer.ts'
import { runInMemory, startInMemory, until } from '../testing/in-memory-run.ts'
import { createdPlaylist } from '../testing/playlist-history.ts'

const partitions = 4
const { openSearch: node } = configurationOf(process.env)
const prefix = `promotion_${randomBytes(4).toString('hex')}_`
const documents = createOpenSearchDocumentStore({ node, prefix, logger: quiet })
const client = new Client({ node })
const stores = { rows: createInMemoryRowStore(), documents }
const log = createInMemoryLog({ partitions })
const writer = createHistoryWriter(log, 'playlist-events', partitions)
const [first, second, third] = [generationOf(1), generationOf(2), generationOf(3)]
const indexOf = (projection: typeof first) => documentLayoutOf(projection).index
const name = indexOf(first).name
let written = 0

const write = (playlists: number) => {
  for (let at = 0; at < playlists; at++) writer.append(`list-${written++}`, createdPlaylist('some list'))
}
const found = async (): Promise<number> =>
  (await documents.live.search([{ name }], { query: presentOnly, size: 0 })).total
const stored = async (): Promise<readonly string[]> => {
  const { body } = await client.cat.indices({ index: `${prefix}*`, format: 'json', h: ['index'] })
  return (body as unknown as readonly { index: string }[])
    .map(({ index }) => index.slice(prefix.length))
    .sort()
}
const named = (...projections: readonly (typeof first)[]) =>
  projections.map((projection) => physicalNameOf(indexOf(projection))).sort()

/** Searches on and on: none fails, and none finds less than one before it. @returns how to end it */
const watchSearches = () => {
  let most = 0
  let searches = 0
  let isOver = false
  const watching = (async () => {
    while (!isOver) {
      const total = await found()
      if (total < most) throw new Error(`${total} documents were found after ${most}`)
      most = total
      searches++
    }
  })()
  watching.catch(() => undefined)
  return async () => {
    isOver = true
    await watching
    return searches
  }
}

beforeAll(async () => {
  write(300)
  await runInMemory(first, { log, stores })
})
afterAll(async () => {
  await client.indices.delete({ index: `${prefix}*` })
  await Promise.all([client.close(), documents.close()])
})

test('another analysis fills an index beside the old one, and takes its place without a gap', async () => {
  const end = watchSearches()
  let isHeld = true
  const held: typeof documents = {
    ...documents,
    write: async (index, writes) => {
      await until(() => !isHeld)
      await documents.write(index, writes)
    },
  }
  const old = await startInMemory([first], { log, stores })
  const run = await startInMemory([second], { log, stores: { ...stores, documents: held } })
  write(200)
  await old.untilApplied(first)
  expect(await found()).toBe(written)
  expect(await documents.isLive(indexOf(first))).toBe(true)
  expect(run.published).toEqual([])
  isHeld = false
  for (let times = 0; times < 100 && !(await documents.isLive(indexOf(second))); times++) write(5)
  await run.untilApplied(second)
  expect(await documents.isLive(indexOf(second))).toBe(true)
  expect(await found()).toBe(written)
  expect(await end()).toBeGreaterThan(5)
  await Promise.all([old.close(), run.close()])
  expect(await stored()).toEqual(named(first, second))
})

test('a roll-back is a roll-out: the old one catches up and takes its place again', async () => {
  const end = watchSearches()
  write(50)
  await runInMemory(second, { log, stores })
  expect(await found()).toBe(written)
  const newer = await startInMemory([second], { log, stores })
  await runInMemory(first, { log, stores })
  expect(await documents.isLive(indexOf(first))).toBe(true)
  expect(await found()).toBe(written)
  write(8)
  await until(() => newer.status().some(({ reason }) => /takes no more writes/.test(reason ?? '')))
  await newer.close()
  await runInMemory(first, { log, stores })
  expect(await found()).toBe(written)
  await end()
})

test('the third one takes the place of the first, which stays; an older one goes', async () => {
  await runInMemory(third, { log, stores })
  expect(await found()).toBe(written)
  expect(await stored()).toEqual(named(first, third))
})

test('an index of a release before there were aliases serves until it is replaced, and goes with the next', async () => {
  const plain = { ...first, name: 'earlier' }
  const { index, toStored } = documentLayoutOf(plain)
  const id = 'list-0'
  const bare = `${prefix}${index.name}`
  const { mappings, settings } = index
  await client.indices.create({ index: bare, body: { mappings, settings } as never })
  const body = toStored({ position: 0, value: { playlistId: id } as never })
  await client.index({ index: bare, id, body: body, refresh: true })
  await documents.ensure(index)
  expect(await documents.isLive(index)).toBe(false)
  expect([...(await documents.live.get(index, [id])).keys()]).toEqual([id])
  await runInMemory(plain, { log, stores })
  expect(await documents.isLive(index)).toBe(true)
  await runInMemory({ ...second, name: 'earlier' }, { log, stores })
  expect(await stored()).not.toContain(index.name)
})
