import type { ConnectApi, ConnectorStatus } from './connect-api.ts'
import type { ConnectorConfig } from './connector-config.ts'

/** A key of the configuration whose value isn't ours; undefined where there is none. */
export type Drift = {
  readonly key: string
  readonly found: string | undefined
  readonly wanted: string | undefined
}

/** What applying did. */
export type Applied = {
  readonly action: 'created' | 'updated' | 'unchanged'
  readonly drift: readonly Drift[]
  /** Names of what had failed and was started again: `connector`, `task 0`. */
  readonly restarted: readonly string[]
}

/**
 * Makes the connector what the configuration says: creates it, corrects what drifted, starts again what failed, and
 * leaves it alone when there is nothing to do. Doing it twice, or twice at once, is harmless.
 * @throws {ConnectFailure}
 */
export async function applyConnector(api: ConnectApi, config: ConnectorConfig): Promise<Applied> {
  const found = await api.config()
  const drift = found === undefined ? [] : driftOf(found, config)
  if (found === undefined || drift.length > 0) {
    await api.put(config)
    return { action: found === undefined ? 'created' : 'updated', drift, restarted: [] }
  }
  const restarted = failedIn(await api.status())
  if (restarted.length > 0) await api.restartFailed()
  return { action: 'unchanged', drift, restarted }
}

/** The keys whose values differ, in order of the alphabet. Passwords are told as stars. */
export function driftOf(found: ConnectorConfig, wanted: ConnectorConfig): readonly Drift[] {
  const keys = [...new Set([...Object.keys(found), ...Object.keys(wanted)])].sort()
  return keys
    .filter((key) => found[key] !== wanted[key])
    .map((key) => ({ key, found: shown(key, found[key]), wanted: shown(key, wanted[key]) }))
}

/** Names of what has failed: `connector`, `task 0`. */
export function failedIn(status: ConnectorStatus | undefined): readonly string[] {
  if (status === undefined) return []
  const tasks = status.tasks.filter(({ state }) => state === 'FAILED').map(({ id }) => `task ${id}`)
  return [...(status.connector.state === 'FAILED' ? ['connector'] : []), ...tasks]
}

function shown(key: string, value: string | undefined): string | undefined {
  return value !== undefined && /password|secret/.test(key) ? '***' : value
}
