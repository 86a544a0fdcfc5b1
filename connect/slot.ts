import { DatabaseError, type Client } from 'pg'
import { awayOf, DatabaseAway, openClient } from './database.ts'

/** How far behind the connector's replication slot is. */
export type Slot = {
  /** Whether somebody reads it. */
  readonly active: boolean
  /** WAL that the connector hasn't confirmed. */
  readonly lagBytes: number
  /** WAL that the server keeps for it on disk. */
  readonly restartLagBytes: number
  /** `reserved`, `extended`, `unreserved`, or `lost`: what it still had to tell is gone. */
  readonly walStatus: string
}

/** The connector's slot, on one connection that is kept. Its calls throw {@link DatabaseAway}, or what the database says. */
export type SlotAccess = {
  /** Undefined where there is no such slot. */
  readonly read: () => Promise<Slot | undefined>
  /** Takes it from whoever reads it and drops it; done also when it wasn't there. */
  readonly drop: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Longer than it takes to end the slot's reader. */
const answerMsMax = 30_000

/**
 * Access to the slot `name` in the database at `address`. Connects at the first call, and again after a failure; a
 * database that doesn't answer for `answerMs` is away.
 */
export function createSlotAccess(address: string, name: string, answerMs = answerMsMax): SlotAccess {
  let opening: Promise<Client> | undefined
  const forget = (): void => {
    const broken = opening
    opening = undefined
    broken?.then((client) => client.end()).catch(() => undefined)
  }
  const query = async (text: string): Promise<readonly unknown[]> => {
    try {
      const client = await (opening ??= openClient(address, forget, answerMs))
      return (await client.query(text, [name])).rows as readonly unknown[]
    } catch (error) {
      forget()
      if (error instanceof DatabaseError || error instanceof DatabaseAway) throw error
      throw awayOf(address, 'does not answer', error)
    }
  }
  return {
    read: async () => (await query(figures))[0] as Slot | undefined,
    drop: async () => {
      await query(terminateReader)
      await query(dropFree)
    },
    close: async () => {
      const client = await opening?.catch(() => undefined)
      await client?.end().catch(() => undefined)
    },
  }
}

const figures = `
  SELECT active,
    coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn), 0)::float8 AS "lagBytes",
    coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::float8 AS "restartLagBytes",
    wal_status AS "walStatus"
  FROM pg_replication_slots WHERE slot_name = $1`

/** Waits for its end, up to 10 s. */
const terminateReader = `
  SELECT pg_terminate_backend(active_pid, 10000) FROM pg_replication_slots
  WHERE slot_name = $1 AND active_pid IS NOT NULL`

const dropFree = 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1'
