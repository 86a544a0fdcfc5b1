import type { Drift } from './apply-connector.ts'
import type { ConnectorStatus } from './connect-api.ts'
import type { Slot } from './slot.ts'

/** What the last look at connector and slot showed. */
export type Seen = {
  /** Undefined where Connect has no such connector. */
  readonly status: ConnectorStatus | undefined
  readonly drift: readonly Drift[]
  /** Undefined where there is no slot yet. */
  readonly slot: Slot | undefined
  /** Why there was nothing to see: the systems' own words. */
  readonly trouble?: string
}

/** What `GET /status` answers. */
export type Health = {
  readonly connector: string
  readonly tasks: readonly { readonly id: number; readonly state: string; readonly reason?: string }[]
  readonly drift: readonly Drift[]
  readonly slot: Slot | null
  /** In one line, for people: `RUNNING, 1 task, slot 12 kB behind`. */
  readonly detail: string
  /** Why it isn't ready; null when it is. */
  readonly unready: string | null
}

/** Health from what was seen last. */
export function healthOf(seen: Seen): Health {
  return {
    connector: seen.status?.connector.state ?? 'ABSENT',
    tasks: (seen.status?.tasks ?? []).map(({ id, state, trace }) => ({
      id,
      state,
      ...(trace === undefined ? {} : { reason: firstLineOf(trace) }),
    })),
    drift: seen.drift,
    slot: seen.slot ?? null,
    detail: detailOf(seen),
    unready: unreadyReasonOf(seen) ?? null,
  }
}

/** Ready is a connector that runs with its task and with our configuration, in front of a slot that isn't lost. */
export function unreadyReasonOf({ status, drift, slot, trouble }: Seen): string | undefined {
  if (trouble !== undefined) return trouble
  if (status === undefined) return 'there is no connector yet'
  if (status.connector.state !== 'RUNNING') return `the connector is ${status.connector.state}`
  if (status.tasks.length === 0) return 'the connector has no task yet'
  const idle = status.tasks.find(({ state }) => state !== 'RUNNING')
  if (idle !== undefined)
    return `task ${idle.id} is ${idle.state}${idle.trace ? `: ${firstLineOf(idle.trace)}` : ''}`
  if (drift.length > 0) return `its configuration drifted: ${drift.map(({ key }) => key).join(', ')}`
  if (slot?.walStatus === 'lost') return 'its replication slot is lost'
  return undefined
}

function detailOf({ status, drift, slot, trouble }: Seen): string {
  if (trouble !== undefined) return trouble
  if (status === undefined) return 'no connector yet'
  const tasks = `${status.tasks.length} task${status.tasks.length === 1 ? '' : 's'}`
  const failed = status.tasks.filter(({ state }) => state === 'FAILED').length
  return [
    status.connector.state,
    failed > 0 ? `${tasks}, ${failed} FAILED` : tasks,
    slotWordsOf(slot),
    ...(drift.length > 0 ? [`${drift.length} settings drifted`] : []),
  ].join(', ')
}

function slotWordsOf(slot: Slot | undefined): string {
  if (slot === undefined) return 'no slot yet'
  if (slot.walStatus === 'lost') return 'slot lost'
  return `slot ${bytesOf(slot.lagBytes)} behind${slot.active ? '' : ' and idle'}`
}

function bytesOf(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.ceil(bytes / 1_000)} kB`
  return bytes < 1_000_000_000
    ? `${(bytes / 1_000_000).toFixed(1)} MB`
    : `${(bytes / 1_000_000_000).toFixed(1)} GB`
}

function firstLineOf(trace: string): string {
  return (trace.split('\n')[0] ?? '').slice(0, 300)
}
