import { randomBytes } from 'node:crypto'
import { Client } from 'cassandra-driver'
import { configurationOf } from '@reprise/core/configuration.ts'
import { rowStoreContract } from '@reprise/core/contracts/row-store.contract.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { createCassandraRowStore } from './cassandra-row-store.ts'

const { cassandra: contactPoints, cassandraDatacenter: datacenter } = configurationOf(process.env)
const keyspace = `contract_${randomBytes(4).toString('hex')}`

rowStoreContract(
  'Cassandra',
  () => createCassandraRowStore({ contactPoints, datacenter, keyspace, logger: quiet }),
  async () => {
    const client = new Client({
      contactPoints: [...contactPoints],
      localDataCenter: datacenter,
      socketOptions: { readTimeout: 60_000 },
    })
    await client.execute(`DROP KEYSPACE ${keyspace}`)
    await client.shutdown()
  },
)
