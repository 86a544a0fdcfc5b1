import { Client, policies, types } from 'cassandra-driver'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { failureOf } from './cassandra-failure.ts'
import {
  createTableStatement,
  insertStatement,
  paramsOf,
  rowOf,
  selectStatement,
  useStamp,
} from './cassandra-statements.ts'

/** Where Cassandra is. */
export type CassandraOptions = {
  /** host:port */
  readonly contactPoints: readonly string[]
  readonly datacenter: string
  readonly keyspace: string
  readonly logger: Logger
  readonly replicationFactor?: number
}

/**
 * The RowStore port on Cassandra. Every write names its stamp as the write timestamp, so Cassandra's own rule (the
 * highest timestamp of a cell wins) is the guard; rows of one partition are written in one unlogged batch, which is one
 * mutation and therefore seen at once.
 */
export const createCassandraRowStore = async (options: CassandraOptions): Promise<RowStore> => {
  const { keyspace, logger } = options
  const client = new Client({
    contactPoints: [...options.contactPoints],
    localDataCenter: options.datacenter,
    // Longs are offsets, stamps and milliseconds, all below 2^53.
    encoding: { useBigIntAsLong: false },
    pooling: {
      coreConnectionsPerHost: { [types.distance.local]: 2, [types.distance.remote]: 1 },
      maxRequestsPerConnection: 2_048,
      heartBeatInterval: 2_000,
    },
    policies: { reconnection: new policies.reconnection.ConstantReconnectionPolicy(500) },
    socketOptions: { connectTimeout: 3_000, readTimeout: 5_000 },
    queryOptions: { consistency: types.consistencies.localQuorum, isIdempotent: true, prepare: true },
  })
  const listeners: (() => void)[] = []
  const lost = (reason: string) => {
    logger.warn({ store: 'cassandra', reason }, 'the connection was lost: what was acknowledged may be gone')
    for (const listener of listeners) listener()
  }
  client.on('hostDown', () => lost('a host is down'))

  const asking = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask()
    } catch (cause) {
      throw failureOf(cause)
    }
  }
  const ensureKeyspace = () =>
    client.execute(
      `CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = ` +
        `{'class': 'SimpleStrategy', 'replication_factor': ${options.replicationFactor ?? 1}}`,
      [],
      { prepare: false },
    )
  await asking(async () => {
    await client.connect()
    await ensureKeyspace()
  })

  return {
    ensure: (table) =>
      asking(async () => {
        await ensureKeyspace()
        await client.execute(createTableStatement(keyspace, table), [], { prepare: false })
      }),
    read: (table, query) =>
      asking(async () => {
        const { text, params } = selectStatement(keyspace, table, query)
        const { rows } = await client.execute(text, params, {
          fetchSize: query.limit ?? 5_000,
          autoPage: true,
        })
        return rows.map((row) => rowOf(table, row))
      }),
    writeTogether: (table, writes) =>
      asking(async () => {
        const query = insertStatement(keyspace, table)
        const [only] = writes
        if (only === undefined) return
        if (writes.length === 1) await client.execute(query, useStamp(paramsOf(table, only.row), only.stamp))
        else
          await client.batch(
            writes.map(({ row, stamp }) => ({ query, params: useStamp(paramsOf(table, row), stamp) })),
            { logged: false, prepare: true },
          )
      }),
    onLost: (listener) => void listeners.push(listener),
    close: () => client.shutdown(),
  }
}
