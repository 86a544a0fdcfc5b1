import { cassandra } from './engines/cassandra.engine.ts'
import { connect } from './engines/connect.engine.ts'
import { kafka } from './engines/kafka.engine.ts'
import { opensearch } from './engines/opensearch.engine.ts'
import { postgres } from './engines/postgres.engine.ts'
import { registry } from './engines/registry.engine.ts'
import type { Part } from './part.ts'
import { servicePart } from './services/service.part.ts'
import { readRuns } from './supervise/run-file.ts'

/** The engines, in the order in which people think of them. A new one is a file in `engines/` and a word here. */
export const engines: readonly Part[] = [kafka, registry, cassandra, opensearch, postgres, connect]

const stores = ['kafka', 'registry', 'cassandra', 'opensearch']

/** 64 MB of buffers since the last collection of the whole heap are no reason for the next one. */
const buffersCount = '--external-memory-accounted-in-global-limit'

/**
 * What lives as long as a command is under way should die young: with the usual 16 MB it is copied among what lives on, and
 * V8 would put more and more of it there at once ("pretenuring"), where, dead, it holds what is young.
 * One thread marks the heap, as on two cores more of them leave none to commands.
 */
export const commandFlags: readonly string[] = [
  '--max-semi-space-size=64',
  '--no-allocation-site-pretenuring',
  '--concurrent-marking-max-worker-num=1',
  buffersCount,
]

/** Command API: command → event → log. */
export const producers = servicePart({
  name: 'producers',
  needs: stores,
  nodeFlags: commandFlags,
  port: 4000,
  portVariable: 'REPRISE_COMMAND_PORT',
  addressVariable: 'REPRISE_COMMAND',
})

/** The ports right behind the first command process are those of the other services. */
const furtherBehind = 10

/**
 * More processes of the command API, which share the partitions with the first: on its port plus 10, 11 and so on,
 * wherever that was moved to.
 */
export const furtherProducers = (count: number): readonly Part[] =>
  Array.from({ length: count - 1 }, (_, at) =>
    servicePart({
      name: `producers-${at + 2}`,
      folder: 'producers',
      needs: stores,
      nodeFlags: commandFlags,
      port: 4000 + furtherBehind + at,
      portVariable: 'REPRISE_COMMAND_PORT',
      further: { variable: `REPRISE_COMMAND_PORT_${at + 2}`, behind: furtherBehind + at },
      addressVariable: `REPRISE_COMMAND_${at + 2}`,
    }),
  )

/**
 * What lives as long as a batch is taken in should die young, as with commands; what is old grows by little more
 * than half before it is collected, where Node's own rule lets it grow fourfold.
 */
export const projectorFlags: readonly string[] = [
  '--max-semi-space-size=20',
  '--no-allocation-site-pretenuring',
  '--heap-growing-percent=60',
  buffersCount,
]

/** Log → views. */
export const projectors = servicePart({
  name: 'projectors',
  needs: stores,
  nodeFlags: projectorFlags,
  port: 4002,
  portVariable: 'REPRISE_PROJECTOR_PORT',
  addressVariable: 'REPRISE_PROJECTOR',
})

/** Views → answers. */
export const queryApi = servicePart({
  name: 'query-api',
  needs: stores,
  port: 4001,
  portVariable: 'REPRISE_QUERY_PORT',
  addressVariable: 'REPRISE_QUERY',
})

/** Catalogue → log: keeps Debezium's connector as it should be. */
const connector = servicePart({
  name: 'connector',
  folder: 'connect',
  needs: ['postgres', 'connect', 'kafka', 'registry'],
  port: 4003,
  portVariable: 'REPRISE_CONNECTOR_PORT',
  addressVariable: 'REPRISE_CONNECTOR',
  detailPath: '/status',
})

const commandProcesses = Number(process.env['REPRISE_COMMAND_PROCESSES'] ?? 1)

/** Our own processes. */
export const services: readonly Part[] = [
  connector,
  producers,
  ...furtherProducers(commandProcesses),
  projectors,
  queryApi,
]

/** As many command processes as there can be. */
const commandProcessesMax = 10

/** All parts here: also the further command processes that were started, however many this process is told of. */
export const partsHere = (stateDir: string): readonly Part[] => {
  const runs = readRuns(stateDir)
  const known = [...engines, ...services]
  const further = furtherProducers(commandProcessesMax).filter(({ name }) => name in runs)
  return [...known, ...further.filter(({ name }) => !known.some((part) => part.name === name))]
}
