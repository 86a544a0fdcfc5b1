import { chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runTool } from '../artefacts/run-tool.ts'
import type { Part, PartContext } from '../part.ts'
import { askPostgres } from './ask-postgres.ts'
import { hydrateLinks, missingBinaries, postgresBinary } from './postgres-binaries.ts'
import { clearCrashedPostgres, clusterNameOf } from './postgres-remains.ts'
import { missingUnprivileged, unprivileged, type Unprivileged } from './unprivileged.ts'

/** PostgreSQL with logical decoding, from the binaries of an npm package. */
export const postgres: Part = {
  name: 'postgres',
  kind: 'engine',
  needs: [],
  ports: [{ name: 'client', number: 5432, variable: 'REPRISE_POSTGRES_PORT' }],
  addressVariable: 'REPRISE_POSTGRES',
  addressOf: addressAt,
  missing: () => [...missingBinaries(), ...missingUnprivileged()],
  prepare,
  command: (context) => runnerOf(context).command(postgresBinary('postgres'), ['-D', dataDirOf(context)]),
  ready: ({ ports }) => askPostgres(addressAt(ports)),
  readyTimeoutMs: 60_000,
  // A fast shutdown: sessions end at once, and the next start has nothing to recover.
  stopSignal: 'SIGINT',
  stopTimeoutMs: 10_000,
}

function addressAt({ client }: PartContext['ports']): string {
  return `postgres://reprise@127.0.0.1:${client}/reprise`
}

function dataDirOf({ dir }: PartContext): string {
  return join(dir, 'data')
}

function runnerOf({ dir }: PartContext): Unprivileged {
  return unprivileged([dir, postgresBinary('postgres')])
}

async function prepare(context: PartContext): Promise<void> {
  const runner = runnerOf(context)
  const data = dataDirOf(context)
  await hydrateLinks()
  if (!(await exists(data))) await initialise(data, runner)
  await clearCrashedPostgres(data)
  await writeOwned(join(data, 'postgresql.conf'), settingsOf(context), runner)
  await writeOwned(join(data, 'pg_hba.conf'), access, runner)
}

/** Under another name until it is whole: an interrupted start must not leave half a database. */
async function initialise(data: string, runner: Unprivileged): Promise<void> {
  const unfinished = `${data}.new`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  if (runner.owner !== undefined) await chown(unfinished, runner.owner.uid, runner.owner.gid)
  // The builtin locale is the same on every machine; those of the system are not.
  const locale = ['--encoding=UTF8', '--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const initdb = ['-D', unfinished, '-U', 'postgres', '--auth=reject', ...locale]
  await runTool(runner.command(postgresBinary('initdb'), initdb))
  const single = runner.command(postgresBinary('postgres'), ['--single', '-D', unfinished, 'postgres'])
  await runTool({ ...single, input: roles })
  await rename(unfinished, data)
}

/**
 * Nobody can log in as superuser, who could run programs through SQL: `reprise` may do what migrations and
 * Debezium need. A statement per line.
 */
const roles = `CREATE ROLE reprise LOGIN CREATEDB REPLICATION;
GRANT pg_monitor, pg_checkpoint, pg_signal_backend TO reprise;
CREATE DATABASE reprise OWNER reprise;
`

const access = `host all reprise 127.0.0.1/32 trust
host replication reprise 127.0.0.1/32 trust
`

/** Every test run's namespaces have connectors of their own, so there are slots for several. */
function settingsOf(context: PartContext): string {
  return `listen_addresses = '127.0.0.1'
port = ${context.ports.client}
cluster_name = '${clusterNameOf(dataDirOf(context))}'
unix_socket_directories = ''
max_connections = 100
shared_buffers = 64MB
# segments of other processes' memory go with the data, even when all of it is killed
dynamic_shared_memory_type = mmap
max_parallel_workers = 0
max_logical_replication_workers = 0
jit = off
wal_level = logical
max_wal_senders = 20
max_replication_slots = 20
# a slot that nobody reads any more is given up before it fills the disk
max_slot_wal_keep_size = 4GB
max_wal_size = 512MB
wal_sender_timeout = 30s
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
`
}

async function writeOwned(path: string, contents: string, { owner }: Unprivileged): Promise<void> {
  await writeFile(path, contents, { mode: 0o600 })
  if (owner !== undefined) await chown(path, owner.uid, owner.gid)
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
