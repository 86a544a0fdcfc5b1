import { createRequire } from 'node:module'

/**
 * For peers, in a process of their own: kafkajs and the Cassandra driver with their own coding of records and batches. Import
 * this before anything of ours, which puts faster ones in their place, but only where the clients haven't loaded their own.
 */
const require = createRequire(import.meta.url)
for (const user of ['requests/produce/v3/request', 'recordBatch/v0/decoder'])
  require(`kafkajs/src/protocol/${user}`)
require('cassandra-driver')
