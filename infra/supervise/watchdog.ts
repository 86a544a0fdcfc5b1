import { rmSync } from 'node:fs'
import { stopProcess } from './process.ts'
import { readRuns } from './run-file.ts'

/** Run as a process of its own by `guardWithWatchdog`: once its standard input ends, kills what was started. */
const [stateDir = '', temporary = ''] = process.argv.slice(2)

process.stdin.resume()
process.stdin.on('end', () => void killAll())

async function killAll(): Promise<void> {
  const runs = Object.values(readRuns(stateDir))
  await Promise.all(runs.map((run) => stopProcess(run, { signal: 'SIGKILL', timeoutMs: 5000 })))
  if (temporary === 'temporary') rmSync(stateDir, { recursive: true, force: true })
}
