import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { down } from '../down.ts'
import { kill, pidOf, restart } from '../restart.ts'
import { temporaryStateDir } from '../supervise/dummy-part.ts'
import { up } from '../up.ts'
import { clearCrashedPostgres } from './postgres-remains.ts'
import { postgres } from './postgres.engine.ts'

// The temporary folder is private, as a clone in root's home is.
const stateDir = temporaryStateDir()
const options = { stateDir, parts: [postgres], env: { PATH: process.env.PATH } } as const
const dataDir = join(stateDir, 'data', 'postgres', 'data')
let address = ''

beforeAll(async () => {
  const { byPart } = await up({ ...options, ports: 'free', lifetime: 'process', temporary: true })
  address = byPart.postgres ?? ''
})

afterAll(async () => {
  await down({ stateDir })
  rmSync(stateDir, { recursive: true })
})

test('it decodes its log, gives dead readers up, and depends on no locale of the machine', async () => {
  expect(await asked('SHOW wal_level')).toEqual([{ wal_level: 'logical' }])
  expect(await asked('SHOW max_slot_wal_keep_size')).toEqual([{ max_slot_wal_keep_size: '4GB' }])
  const locale = 'SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()'
  expect(await asked(locale)).toEqual([{ datlocprovider: 'b', datlocale: 'C.UTF-8' }])
})

test('whoever reaches its port can neither run programs nor be its superuser', async () => {
  await expect(asked(`COPY (SELECT 1) TO PROGRAM 'true'`)).rejects.toThrow('permission denied')
  const superuser = new pg.Client(address.replace('reprise@', 'postgres@'))
  await expect(superuser.connect()).rejects.toThrow('no pg_hba.conf entry')
})

test('killed in the middle of a query, it comes back with what was committed', async () => {
  const table = `killed_${randomUUID().slice(0, 8)}`
  await asked(`CREATE TABLE ${table} AS SELECT 42 AS answer`)
  const broken = expect(asked('SELECT count(*) FROM generate_series(1, 1e12::bigint)')).rejects.toThrow()
  await kill('postgres', stateDir)
  await restart(postgres, { ...options, lifetime: 'process' })
  await broken
  expect(await asked(`SELECT * FROM ${table}`)).toEqual([{ answer: 42 }])
})

test('a lock file that names a process of someone else does not keep it from starting', async () => {
  await kill('postgres', stateDir)
  const lockFile = join(dataDir, 'postmaster.pid')
  const [, ...rest] = readFileSync(lockFile, 'utf8').split('\n')
  writeFileSync(lockFile, [process.pid, ...rest].join('\n'))
  await restart(postgres, { ...options, lifetime: 'process' })
  expect(await asked('SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('data on which a server runs are left alone', async () => {
  const clearing = clearCrashedPostgres(dataDir)
  await expect(clearing).rejects.toThrow(
    `already runs on ${dataDir} as process ${pidOf('postgres', stateDir)}`,
  )
})

async function asked(sql: string): Promise<readonly unknown[]> {
  const client = new pg.Client(address)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}
