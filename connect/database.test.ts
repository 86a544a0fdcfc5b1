import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { DatabaseAway, withClient } from './database.ts'
import { startFakePostgres } from './fake-postgres.ts'

let postgres: Awaited<ReturnType<typeof startFakePostgres>>
beforeEach(async () => (postgres = await startFakePostgres((socket) => socket.destroy())))
afterEach(() => postgres.close())

describe('work with a connection that breaks', () => {
  test('fails since the database is away, with its address', async () => {
    const { address } = postgres
    const failure: unknown = await withClient(address, (client) => client.query('SELECT 1')).catch(
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(DatabaseAway)
    expect((failure as Error).message).toContain(
      `${new URL(address).host}/reprise went away: Connection terminated`,
    )
  })

  test('says so once, however many connections broke', async () => {
    const { address } = postgres
    const failure: unknown = await withClient(address, (one) =>
      withClient(address, (other) => Promise.all([one.query('SELECT 1'), other.query('SELECT 1')])),
    ).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(DatabaseAway)
    expect((failure as Error).message.split('PostgreSQL at')).toHaveLength(2)
  })
})

test('work that fails on its own fails with what it threw', async () => {
  const cause = new Error('no such album')
  await expect(withClient(postgres.address, () => Promise.reject(cause))).rejects.toBe(cause)
})
