import { Client } from 'cassandra-driver'
import type { Configuration } from '@reprise/core/configuration.ts'

/** Runs one statement that changes a schema: a busy node takes longer for it than the driver waits for anything else. */
export const changeSchema = async (
  { cassandra, cassandraDatacenter }: Pick<Configuration, 'cassandra' | 'cassandraDatacenter'>,
  statement: string,
): Promise<void> => {
  const client = new Client({
    contactPoints: [...cassandra],
    localDataCenter: cassandraDatacenter,
    socketOptions: { readTimeout: 60_000 },
  })
  await client.execute(statement).finally(() => client.shutdown())
}
