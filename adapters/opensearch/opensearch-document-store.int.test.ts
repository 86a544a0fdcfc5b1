import { randomBytes } from 'node:crypto'
import { Client } from '@opensearch-project/opensearch'
import { configurationOf } from '@reprise/core/configuration.ts'
import { documentStoreContract } from '@reprise/core/contracts/document-store.contract.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { createOpenSearchDocumentStore } from './opensearch-document-store.ts'

const { openSearch: node } = configurationOf(process.env)
const prefix = `contract_${randomBytes(4).toString('hex')}_`

documentStoreContract(
  'OpenSearch',
  () => Promise.resolve(createOpenSearchDocumentStore({ node, prefix, logger: quiet })),
  async () => {
    const client = new Client({ node })
    await client.indices.delete({ index: `${prefix}*` })
    await client.close()
  },
)
