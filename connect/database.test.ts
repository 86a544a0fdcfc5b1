import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { DatabaseAway, withClient } from './database.ts'

/** A PostgreSQL that lets everybody in, and breaks the connection of whoever asks something. */
const server = createServer((socket: Socket) => {
  let isIn = false
  socket
    .on('error', () => undefined)
    .on('data', () => {
      if (isIn) socket.destroy()
      else socket.write(Buffer.concat([message('R', [0, 0, 0, 0]), message('Z', [73])]))
      isIn = true
    })
})
const message = (type: string, body: readonly number[]): Buffer =>
  Buffer.from([type.charCodeAt(0), 0, 0, 0, body.length + 4, ...body])
let address: string

beforeEach(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  address = `postgres://reprise@127.0.0.1:${(server.address() as AddressInfo).port}/reprise`
})
afterEach(async () => {
  await once(server.close(), 'close')
})

describe('work with a connection that breaks', () => {
  test('fails since the database is away, with its address, and the words of the work', async () => {
    const failure = await withClient(address, (client) => client.query('SELECT 1')).catch(
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(DatabaseAway)
    expect((failure as Error).message).toContain(
      `${new URL(address).host}/reprise went away: Connection terminated`,
    )
  })

  test('says so once, however many connections broke', async () => {
    const failure = await withClient(address, (one) =>
      withClient(address, (other) => Promise.all([one.query('SELECT 1'), other.query('SELECT 1')])),
    ).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(DatabaseAway)
    expect((failure as Error).message.split('PostgreSQL at')).toHaveLength(2)
  })
})

test('work that fails on its own fails with what it threw', async () => {
  const cause = new Error('no such album')
  await expect(withClient(address, () => Promise.reject(cause))).rejects.toBe(cause)
})
