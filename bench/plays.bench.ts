import { createCassandraRowStore } from '@reprise/adapters/cassandra/cassandra-row-store.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { entityRowLayoutOf } from '@reprise/core/layout/entity-layout.ts'
import { storeNamesOf } from '@reprise/core/layout/store-names.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { catalogue } from '@reprise/projectors/catalogue.projection.ts'
import { askProcess } from './ask-process.ts'
import type { ProducerJob } from './bare-producer.ts'
import { type CommandProcesses, startProcesses } from './command-processes.ts'
import { load } from './http-load.ts'
import type { Figure } from './measure.ts'

type Environment = Readonly<Record<string, string | undefined>>

const connections = 32
const playsPerRequest = 100
const seconds = 20

/** Plays in requests of 100, beside a bare producer that sends the very records in the very batches. */
export const benchPlays = async (environment: Environment): Promise<readonly Figure[]> => {
  const processes = await startProcesses({ environment, count: 1, program: 'producers/main.ts' })
  try {
    await createCatalogueTable(environment, processes)
    const { ports, token } = processes
    const measured = await load({ ports, token, send: 'plays', playlists: [], connections, seconds })
    const value = measured.perSecond * playsPerRequest
    const ceiling = await bareProducer(environment, processes)
    const ratio = Math.round((value / ceiling) * 100) / 100
    console.log(
      `plays in requests of ${playsPerRequest}: ${value}/s (p50 ${measured.p50Ms} ms, p99 ${measured.p99Ms} ms, ` +
        `${measured.refused} refused); a bare producer with the same batches: ${ceiling}/s; ratio ${ratio}`,
    )
    const goal = 'ratio ≥ 0.7 and ≥ 25,000/s'
    const holds = ratio >= 0.7 && value >= 25_000
    return [
      { section: 'commands', figure: 'plays over HTTP', value, unit: 'plays/s', ceiling, ratio, goal, holds },
    ]
  } finally {
    await processes.stop()
  }
}

/** Plays ask what the catalogue knows; here it knows nothing, as long as it can say so. */
const createCatalogueTable = async (
  environment: Environment,
  { namespace }: CommandProcesses,
): Promise<void> => {
  const { cassandra: contactPoints, cassandraDatacenter: datacenter } = configurationOf(environment)
  const { keyspace } = storeNamesOf(namespace)
  const rows = await createCassandraRowStore({ contactPoints, datacenter, keyspace, logger: quiet })
  await rows.ensure(entityRowLayoutOf(catalogue).table)
  await rows.close()
}

/** As many loops as there were connections, each sending batches of 100 records like those that were written. */
const bareProducer = (environment: Environment, { namespace }: CommandProcesses): Promise<number> => {
  const job: ProducerJob = {
    brokers: configurationOf(environment).kafka,
    topic: `${namespace}.playback-events`,
    loops: connections,
    recordsPerBatch: playsPerRequest,
    valueBytes,
    seconds: seconds / 2,
  }
  return askProcess('bare-producer.ts', job)
}

/** Of a play as this load makes it. */
const valueBytes = 250
