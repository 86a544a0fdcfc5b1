import './faster-batches.ts'
import { Client, policies, types } from 'cassandra-driver'
import { createInFlight } from '@reprise/core/in-flight.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { LayoutChanged, type RowStore, type Table } from '@reprise/core/ports/row-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { rowsByPartition } from '@reprise/core/rows-by-partition.ts'
import { createLossNotice } from '../loss-notice.ts'
import { createPulse, type Incarnations } from '../pulse.ts'
import { failureOf } from './cassandra-failure.ts'
import {
  commentOf,
  commentStatement,
  createStatements,
  createTableStatement,
  rowsOf,
} from './cassandra-statements.ts'
import { createMergedReads } from './merged-reads.ts'
import { createMergedWrites, type Insert } from './merged-writes.ts'

/** Rows of one page. A read of more rows than this is several reads, and not one moment's state. */
const pageRows = 5_000

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
  const { keyspace, logger, replicationFactor = 1 } = options
  const client = new Client({
    contactPoints: [...options.contactPoints],
    localDataCenter: options.datacenter,
    // Longs are offsets, stamps and milliseconds, all below 2^53.
    encoding: { useBigIntAsLong: false },
    pooling: {
      coreConnectionsPerHost: { [types.distance.local]: 2, [types.distance.remote]: 1 },
      maxRequestsPerConnection: 2_048,
      // A closed socket is noticed at once; this finds a host that went silent.
      heartBeatInterval: 2_000,
    },
    policies: { reconnection: new policies.reconnection.ConstantReconnectionPolicy(500) },
    socketOptions: { connectTimeout: 3_000, readTimeout: 5_000 },
    queryOptions: { consistency: types.consistencies.localQuorum, isIdempotent: true, prepare: true },
  })
  const { watch, lost, onLost } = createLossNotice((reason) =>
    logger.warn({ store: 'cassandra', reason }, 'the connection was lost: what was acknowledged may be gone'),
  )
  client.on('hostDown', () => lost('a host is down'))

  // Well below what two connections take, and enough to keep one node busy. Without it the driver refuses whatever
  // exceeds its connections, however healthy the store is.
  const inFlight = createInFlight({
    max: 1_024,
    waitingMax: 20_000,
    onFull: (waiting) => new StoreUnavailable(`${waiting} operations wait for Cassandra already`),
  })
  const watched = <T>(ask: () => Promise<T>): Promise<T> =>
    watch(async () => {
      try {
        return await ask()
      } catch (cause) {
        throw failureOf(cause)
      }
    })
  const asking = <T>(ask: () => Promise<T>): Promise<T> => inFlight(() => watched(ask))
  const statements = createStatements(keyspace)
  const send = (inserts: readonly Insert[]): Promise<void> =>
    asking(async () => {
      const [only] = inserts
      if (only && inserts.length === 1) await client.execute(only.query, [...only.params])
      else await client.batch([...inserts], { logged: false, prepare: true })
    })
  const writeMerged = createMergedWrites(send)
  const readMerged = createMergedReads((table, owners, at) =>
    asking(async () => {
      const { text, params } = statements.selectEach(table, owners, at)
      return rowsOf(table, (await client.execute(text, params)).rows)
    }),
  )
  /** Whether any node has any row, so that one can be asked about many. */
  const isEverywhere = () => client.hosts.length <= replicationFactor
  const ensureKeyspace = () =>
    client.execute(
      `CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = ` +
        `{'class': 'SimpleStrategy', 'replication_factor': ${replicationFactor}}`,
      [],
      schemaChange,
    )
  /** A table that was made before layouts were noted takes the one that it is first used with. */
  const ensureLayout = async ({ name, layout }: Table) => {
    if (layout === undefined) return
    const { rows } = await client.execute(commentStatement, [keyspace, name])
    const comment = rows[0]?.get('comment') as string | null | undefined
    if (comment === commentOf(layout)) return
    if (comment) throw new LayoutChanged(name)
    await client.execute(
      `ALTER TABLE ${keyspace}.${name} WITH comment = '${commentOf(layout)}'`,
      [],
      schemaChange,
    )
  }
  try {
    await asking(async () => {
      await client.connect()
      await ensureKeyspace()
    })
  } catch (cause) {
    // The caller tries again with another client; this one would go on reconnecting beside it.
    await client.shutdown()
    throw cause
  }
  const pulse = createPulse({
    ask: () => watched(() => incarnationOf(client)),
    onRestart: () => lost('a node was restarted'),
  })

  return {
    ensure: (table) =>
      asking(async () => {
        await ensureKeyspace()
        await client.execute(createTableStatement(keyspace, table), [], schemaChange)
        await ensureLayout(table)
      }),
    drop: (table) =>
      asking(async () => {
        await client.execute(`DROP TABLE IF EXISTS ${keyspace}.${table.name}`, [], schemaChange)
      }),
    read: (table, query) => {
      const [column, ...others] = table.partitionKey
      const owner = column === undefined ? undefined : query.partition[column]
      if (query.at && owner !== undefined && others.length === 0 && isEverywhere())
        return readMerged({ table, owner, at: query.at })
      return asking(async () => {
        const { text, params } = statements.select(table, query)
        const found = await client.execute(text, params, { fetchSize: query.limit ?? pageRows })
        if (!found.pageState) return rowsOf(table, found.rows)
        // Every page: `rows` of the answer is the first one only.
        const rows: types.Row[] = []
        for await (const row of found) rows.push(row)
        return rowsOf(table, rows)
      })
    },
    writeTogether: async (table, writes) => {
      if (writes.length === 0) return
      if (isEverywhere()) await writeMerged(table.name, statements.insertsOf(table, writes))
      else
        await Promise.all(rowsByPartition(table, writes).map((own) => send(statements.insertsOf(table, own))))
    },
    confirm: pulse.confirm,
    onLost,
    close: async () => {
      pulse.stop()
      await client.shutdown()
    },
  }
}

/** A node's gossip generation grows with each start. */
const incarnationOf = async (client: Client): Promise<Incarnations> => {
  const { rows } = await client.execute('SELECT host_id, gossip_generation FROM system.local')
  return new Map(rows.map((row) => [String(row['host_id']), String(row['gossip_generation'])]))
}

/** Schema changes take seconds on a busy node, and are never prepared. */
const schemaChange = { prepare: false, readTimeout: 30_000 } as const
