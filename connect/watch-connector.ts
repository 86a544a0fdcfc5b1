import { setTimeout as sleep } from 'node:timers/promises'
import { applyConnector, driftOf, failedIn, type Drift } from './apply-connector.ts'
import type { ConnectApi, ConnectorStatus } from './connect-api.ts'
import type { ConnectorConfig } from './connector-config.ts'
import type { Seen } from './health.ts'
import type { Log } from './log.ts'
import { readAnew } from './read-anew.ts'
import type { Slot, SlotAccess } from './slot.ts'

/** What a watch needs. */
export type WatchOptions = {
  readonly api: ConnectApi
  readonly config: ConnectorConfig
  /** Brings the database up to date; gives the names of the migrations that it ran. */
  readonly prepare: () => Promise<readonly string[]>
  readonly slots: SlotAccess
  readonly log: Log
}

const everyMs = 1_000
const troubleMsMax = 10_000

/**
 * Keeps the connector what it should be, until the signal: waits for PostgreSQL and Connect, migrates, and then looks
 * every second ({@link createLook}).
 * @returns tells what was seen last
 */
export function watchConnector(options: WatchOptions, signal: AbortSignal): () => Seen {
  let seen: Seen = { status: undefined, drift: [], slot: undefined, trouble: 'it has not been looked at yet' }
  const look = createLook(options)
  const watch = async (): Promise<void> => {
    let waitMs = everyMs
    while (!signal.aborted) {
      try {
        seen = await look()
        waitMs = everyMs
      } catch (error) {
        const trouble = error instanceof Error ? error.message : String(error)
        if (seen.trouble !== trouble) options.log('warn', trouble)
        seen = { ...seen, trouble }
        waitMs = Math.min(troubleMsMax, waitMs * 2)
      }
      await pause(waitMs, signal)
    }
    await options.slots.close()
  }
  void watch()
  return () => seen
}

/**
 * One look at connector and slot, and what follows from it: creates the connector, corrects drift, starts again what
 * failed, and has everything read anew when the slot is lost; the last two with growing pauses in between. A connector
 * that somebody paused or stopped stays so.
 * The look throws when the database or Connect doesn't answer.
 */
export function createLook({ api, config, prepare, slots, log }: WatchOptions): () => Promise<Seen> {
  const attempts = createAttempts()
  let isPrepared = false
  const ensurePrepared = async (): Promise<void> => {
    if (isPrepared) return
    const migrations = await prepare()
    if (migrations.length > 0) log('info', 'the database was migrated', { migrations })
    isPrepared = true
  }
  const apply = async ({ status, drift }: Found): Promise<void> => {
    const { action, restarted } = await applyConnector(api, config)
    if (restarted.length > 0) log('warn', 'restarted what failed', { restarted, reasons: reasonsIn(status) })
    else if (action !== 'unchanged')
      log('info', `the connector was ${action}`, drift.length > 0 ? { drift } : {})
  }
  const correct = async (found: Found): Promise<void> => {
    if (found.config !== undefined && isGap(found)) {
      if (!attempts.begin()) return
      log('error', 'changes are lost with the slot: everything is read anew', { slot: found.slot })
      await readAnew(api, slots)
    } else if (isHalted(found)) return
    else if (failedIn(found.status).length > 0) {
      if (attempts.begin()) await apply(found)
    } else {
      attempts.helped()
      if (found.config === undefined || found.drift.length > 0) await apply(found)
    }
  }
  return async () => {
    await ensurePrepared()
    const [given, status, slot] = await Promise.all([api.config(), api.status(), slots.read()])
    const drift = given === undefined ? [] : driftOf(given, config)
    await correct({ config: given, status, slot, drift })
    return { status: given === undefined ? undefined : status, drift, slot }
  }
}

type Found = {
  readonly config: ConnectorConfig | undefined
  readonly status: ConnectorStatus | undefined
  readonly slot: Slot | undefined
  readonly drift: readonly Drift[]
}

/**
 * A slot that is lost, unless somebody paused the connector: then it waits with everything else. A stopped connector
 * without a slot, or with one that is lost, was being read anew when the process that did it ended.
 */
const isGap = ({ status, slot }: Found): boolean =>
  slot === undefined
    ? status?.connector.state === 'STOPPED'
    : slot.walStatus === 'lost' && status?.connector.state !== 'PAUSED'

const isHalted = ({ status }: Found): boolean => ['PAUSED', 'STOPPED'].includes(status?.connector.state ?? '')

const attemptMsMax = 60_000

/** Pauses between attempts grow from one second to a minute while they don't help for long. */
function createAttempts() {
  let waitMs = everyMs
  let until = 0
  return {
    /** Whether it is time for another one; counts it. */
    begin: (): boolean => {
      if (Date.now() < until) return false
      until = Date.now() + waitMs
      waitMs = Math.min(attemptMsMax, waitMs * 2)
      return true
    },
    helped: (): void => {
      if (Date.now() > until + attemptMsMax) waitMs = everyMs
    },
  }
}

const reasonsIn = (status: ConnectorStatus | undefined): readonly string[] =>
  [status?.connector, ...(status?.tasks ?? [])].flatMap((one) =>
    one?.trace === undefined ? [] : [one.trace.slice(0, 500)],
  )

/** Ends early with the signal. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined)
