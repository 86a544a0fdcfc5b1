import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client } from '@opensearch-project/opensearch'
import { createOpenSearchDocumentStore } from '@reprise/adapters/opensearch/opensearch-document-store.ts'
import { catalogueSourceOf } from '@reprise/cli/catalogue/catalogue-source.ts'
import { readCsv } from '@reprise/cli/demo/read-csv.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { deleteIndexes } from '../delete-indexes.ts'
import { type Entities, entitiesOf, nameOf } from './catalogue-entities.ts'
import { judgedOnGenerated } from './judged-on-generated.ts'
import { type Judgement, judgementOf, meansOf, readJudgedQueries, tableOf } from './judged-query.ts'
import { createSearch, fillAll, type Hit } from './searching.ts'

const { openSearch: node } = configurationOf(process.env)
const prefix = `relevance_${randomBytes(4).toString('hex')}_`
const documents = createOpenSearchDocumentStore({ node, prefix, logger: quiet })
const search = createSearch(documents)
const projectRoot = join(import.meta.dirname, '../..')
const given = process.env['REPRISE_DATA']
const folder = given === undefined || given === '' ? join(projectRoot, '../shared/data') : given
const isReal = existsSync(join(folder, 'catalogue_union.csv.zst'))
let entities: Entities

beforeAll(async () => {
  entities = entitiesOf(await catalogueSourceOf({ projectRoot, env: process.env }).read())
  await fillAll(documents, entities)
}, 300_000)
afterAll(async () => {
  await documents.close()
  const client = new Client({ node })
  await deleteIndexes(client, prefix)
  await client.close()
})

test('judged queries find what was meant, no less than before', async () => {
  const judged = isReal ? await readJudgedQueries() : judgedOnGenerated(entities)
  const judgements: Judgement[] = []
  for (const query of judged) {
    const hits = await search({ q: query.q, ...query.filters })
    judgements.push(
      judgementOf(
        query,
        hits.map(({ type, id }) => `${type}/${id}`),
      ),
    )
  }
  console.info(tableOf(judgements))
  const { recall, mrr } = meansOf(judgements)
  const floors = JSON.parse(await readFile(new URL('floors.json', import.meta.url), 'utf8')) as Floors
  const floor = isReal ? floors.real : floors.generated
  expect(recall).toBeGreaterThanOrEqual(floor.recall)
  expect(mrr).toBeGreaterThanOrEqual(floor.mrr)
}, 300_000)

const names = isReal ? test : test.skip
names(
  'names that break search elsewhere are found here',
  async () => {
    const lost: string[] = []
    for (const { type, text, typed } of await edgeCases()) {
      const own = await search({ q: text.slice(0, 200), type })
      if (!own.some((hit) => hitName(hit) === text)) lost.push(`${type} by its own text: ${text}`)
      for (const q of typed) {
        const hits = await search({ q: q.slice(0, 200), type })
        if (!hits.some((hit) => lettersOf(hitName(hit)) === lettersOf(text)))
          lost.push(`${type} ${text} as ${q}`)
      }
    }
    expect(lost).toEqual([])
  },
  600_000,
)

type Floors = Readonly<Record<'real' | 'generated', { readonly recall: number; readonly mrr: number }>>

const hitName = ({ title, name = '' }: Hit): string => title ?? name

/** Letters and digits alone, in lower case and without accents. */
const lettersOf = (text: string): string =>
  text
    .replace(/[™®]/gu, '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')

const types = { title: 'track', album: 'album', artist: 'artist' } as const

/** The names of the list that the catalogue has (it says which), each with how else people type it. */
const edgeCases = async () => {
  const known = new Set(entities.all.map((entity) => `${entity.kind} ${nameOf(entity)}`))
  const cases = new Map<string, { type: string; text: string; typed: readonly string[] }>()
  for await (const { kind = '', text = '', nfkd_ascii: ascii = '' } of readCsv(
    join(folder, 'search_edge_cases.csv'),
  )) {
    const type = types[kind as keyof typeof types]
    if (known.has(`${type} ${text}`))
      cases.set(`${type} ${text}`, { type, text, typed: typedAs(text, ascii) })
  }
  expect(cases.size).toBeGreaterThan(1_900)
  return [...cases.values()]
}

/** Without accents where that keeps all letters, and in lower case without punctuation. */
const typedAs = (text: string, ascii: string): readonly string[] => {
  const bare = text
    .replace(/[™®]/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\s]/gu, ' ')
    .trim()
  const isWhole = lettersOf(ascii) === lettersOf(text)
  return [...(isWhole ? [ascii] : []), bare].filter((each) => lettersOf(each).length > 1)
}
