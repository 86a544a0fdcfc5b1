import { randomBytes } from 'node:crypto'
import { configurationOf } from '@reprise/core/configuration.ts'
import { rowStoreContract } from '@reprise/core/contracts/row-store.contract.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { changeSchema } from '../testing/change-schema.ts'
import { createCassandraRowStore } from './cassandra-row-store.ts'

const configuration = configurationOf(process.env)
const { cassandra: contactPoints, cassandraDatacenter: datacenter } = configuration
const keyspace = `contract_${randomBytes(4).toString('hex')}`

rowStoreContract(
  'Cassandra',
  () => createCassandraRowStore({ contactPoints, datacenter, keyspace, logger: quiet }),
  () => changeSchema(configuration, `DROP KEYSPACE ${keyspace}`),
)
