import { expect, test } from '@jest/globals'
import { DatabaseAway } from './database.ts'
import { startFakePostgres } from './fake-postgres.ts'
import { createSlotAccess } from './slot.ts'

test.each([
  ['says nothing', () => undefined, 'does not answer: Query read timeout'],
  [
    'hangs up',
    (socket: { readonly destroy: () => unknown }) => void socket.destroy(),
    'Connection terminated',
  ],
])('a database that %s is told as away, and asked again at the next call', async (_what, onAsked, words) => {
  let asked = 0
  const postgres = await startFakePostgres((socket) => {
    asked += 1
    onAsked(socket)
  })
  const slots = createSlotAccess(postgres.address, 'slot', 50)
  for (const times of [1, 2]) {
    const failure: unknown = await slots.read().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(DatabaseAway)
    expect((failure as Error).message).toContain(words)
    expect(asked).toBe(times)
  }
  await slots.close()
  await postgres.close()
})
