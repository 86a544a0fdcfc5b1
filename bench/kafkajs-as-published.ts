import { createRequire } from 'node:module'

/**
 * For peers, in a process of their own: kafkajs with its own coding of records. Import this before anything of ours, which
 * puts a faster one in its place, but only where kafkajs hasn't loaded its own.
 */
const require = createRequire(import.meta.url)
for (const user of ['requests/produce/v3/request', 'recordBatch/v0/decoder'])
  require(`kafkajs/src/protocol/${user}`)
