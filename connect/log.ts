/** Facts and a message, as a JSON line on standard output like those of the other services. */
export type Log = (
  level: 'info' | 'warn' | 'error',
  message: string,
  facts?: Readonly<Record<string, unknown>>,
) => void

/** Logs for the connector's process. */
export const log: Log = (level, message, facts = {}) => {
  const time = new Date().toISOString()
  const line = { level, time, service: 'connector', pid: process.pid, ...facts, msg: message }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
