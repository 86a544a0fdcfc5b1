import { randomFillSync } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'

const idBytes = 16
const pool = Buffer.alloc(idBytes * 256)
let used = pool.length

/** A UUIDv7. Randomness is drawn for 256 ids at once: asking the system for each costs more than deciding a command. */
export const newEventId = (): string => {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += idBytes
  return uuidv7({ random: pool.subarray(used - idBytes, used) })
}
