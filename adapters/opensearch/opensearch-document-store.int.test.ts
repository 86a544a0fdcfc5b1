import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { Client } from '@opensearch-project/opensearch'
import { configurationOf } from '@reprise/core/configuration.ts'
import { documentStoreContract } from '@reprise/core/contracts/document-store.contract.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { createOpenSearchDocumentStore } from './opensearch-document-store.ts'

const { openSearch: node } = configurationOf(process.env)
const prefix = `contract_${randomBytes(4).toString('hex')}_`

const removeAll = async () => {
  const client = new Client({ node })
  await client.indices.delete({ index: `${prefix}*` })
  await client.close()
}

documentStoreContract(
  'OpenSearch',
  () => Promise.resolve(createOpenSearchDocumentStore({ node, prefix, logger: quiet })),
  removeAll,
)

test('of writes that are asked for at once, one that OpenSearch refuses fails alone', async () => {
  const own = `${prefix}together_`
  const store = createOpenSearchDocumentStore({ node, prefix: own, logger: quiet })
  const index = { name: 'together', mappings: { properties: { count: { type: 'integer' } } } } as const
  await store.ensure(index)
  const ids = Array.from({ length: 1_200 }, (_, at) => `id-${at}`)
  const documentOf = (id: string) => ({ count: id === 'id-700' ? 'no number' : Number(id.slice(3)) })
  const ended = await Promise.allSettled(
    ids.map((id) => store.write(index, [{ id, document: documentOf(id), stamp: 1 }])),
  )
  const failed = ended.flatMap((one, at) =>
    one.status === 'rejected' ? [[ids[at], String(one.reason)]] : [],
  )
  expect(failed).toEqual([['id-700', expect.stringContaining('id-700')]])
  expect((await store.get(index, ids)).size).toBe(1_199)
  await store.close()
  await removeAll()
})
