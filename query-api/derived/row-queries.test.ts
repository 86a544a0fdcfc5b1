import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { createHistoryWriter } from '@reprise/projectors/testing/history-writer.ts'
import { type InMemoryRun, startInMemory } from '@reprise/projectors/testing/in-memory-run.ts'
import { askedDirectly } from '../asked-directly.ts'
import { derivedQueries } from './derived-queries.ts'
import { hearts } from './example-projections.ts'

const log = createInMemoryLog()
const { rows, documents } = createInMemoryStores()
let reads = 0
const counted = {
  ...rows,
  read: (...asked: Parameters<typeof rows.read>) => {
    reads++
    return rows.read(...asked)
  },
}
const partitions = { 'library-events': 16 } as never
const sources = { rows: counted, documents, partitions, watermarks: { of: () => 0 }, now: Date.now }
const queries = derivedQueries([hearts], sources)
const ask = askedDirectly(queries, 'ann')
let running: InMemoryRun

beforeAll(async () => {
  const { append } = createHistoryWriter(log, 'library-events', 16)
  for (let nth = 0; nth < 2_000; nth++) {
    const data = { trackId: `track-${nth}` }
    append('ann', { type: 'TrackLiked', data })
    if (nth > 0 && nth < 1_999) append('ann', { type: 'TrackUnliked', data })
  }
  running = await startInMemory([hearts], { log, stores: { rows, documents } })
  await running.untilApplied(hearts)
})
afterAll(() => running.close())

it('finds rows by numbers as by texts, in the shape that is described', async () => {
  const path = '/v1/me/hearts/at'
  const { body } = await ask(path, { options: { ids: '0,7,2000,00' } })
  expect(body).toEqual({ items: [{ nth: 0 }], missing: ['7', '2000'] })
  expect(queries.find((query) => query.path === path)?.answer.safeParse(body).success).toBe(true)
})

it.each(['2147483648', '-2147483649', '999999999999999', '1e3', '0x1', '٣', ''])(
  'refuses the number %j, which the column can not hold',
  async (nth) => {
    const problem = { code: 'invalid-request' }
    await expect(ask('/v1/me/hearts/at/:nth', { params: { nth } })).rejects.toMatchObject(problem)
    await expect(ask('/v1/me/hearts/at', { options: { ids: nth } })).rejects.toMatchObject(problem)
  },
)

it('pages past thousands of rows that are no more, each page in few reads', async () => {
  const seen: unknown[] = []
  let cursor: string | undefined
  do {
    reads = 0
    const options = { limit: '1', ...(cursor !== undefined && { cursor }) }
    const { items, next } = (await ask('/v1/me/hearts', { options })).body as Page
    expect(reads).toBeLessThanOrEqual(4)
    seen.push(...items)
    cursor = next ?? undefined
  } while (cursor !== undefined)
  expect(seen).toEqual([{ nth: 0 }, { nth: 1_999 }])
})

type Page = { readonly items: readonly object[]; readonly next: string | null }
