import { randomBytes } from 'node:crypto'
import { afterAll } from '@jest/globals'
import { createCassandraRowStore } from '@reprise/adapters/cassandra/cassandra-row-store.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { snapshotStoreContract } from './snapshot-store.contract.ts'

const { cassandra, cassandraDatacenter } = configurationOf(process.env)
let store: RowStore | undefined
afterAll(() => store?.close())

snapshotStoreContract('Cassandra', async () => {
  store = await createCassandraRowStore({
    contactPoints: cassandra,
    datacenter: cassandraDatacenter,
    keyspace: `snapshots_${randomBytes(4).toString('hex')}`,
    logger: quiet,
  })
  return store
})
