import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectApi } from './connect-api.ts'
import type { SlotAccess } from './slot.ts'

const everyMs = 200
const patienceMs = 60_000

/**
 * Forgets the slot and how far it was read, so that the connector reads every table anew: a snapshot, then changes.
 * Rows deleted while nobody read along are not in it. Begun again after a crash, it ends where it should.
 * @throws {ConnectFailure} or what the database says
 */
export async function readAnew(api: ConnectApi, slots: SlotAccess): Promise<void> {
  await api.stop()
  try {
    await tasksEnded(api)
    await slots.drop()
    await api.forgetOffsets()
  } finally {
    await api.resume()
  }
}

/** Connect forgets offsets only when the tasks, which would write them, have ended. */
async function tasksEnded(api: ConnectApi): Promise<void> {
  const until = Date.now() + patienceMs
  for (;;) {
    const status = await api.status()
    if (status?.connector.state === 'STOPPED' && status.tasks.length === 0) return
    if (Date.now() > until) throw new Error("the connector's tasks do not end")
    await sleep(everyMs)
  }
}
