import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { down } from './down.ts'
import { engines } from './parts.ts'
import { liveTable } from './progress/live-table.ts'
import { readOutcome, summaryOf, sumOf, type Outcome } from './progress/test-outcome.ts'
import { kill } from './restart.ts'
import { startTimeOf } from './supervise/process.ts'
import { readRuns, recordRun } from './supervise/run-file.ts'
import { testEnvironmentOf } from './test-environment.ts'
import { up } from './up.ts'

/**
 * Runs jest on engines of its own, on free ports, beside whatever else runs here; all of it is gone afterwards,
 * however the run ends. Arguments go to jest. The last line says how many tests passed and failed.
 */
const projectRoot = join(import.meta.dirname, '..')
const stateDir = await mkdtemp(join(tmpdir(), 'reprise-test-'))
const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)

const outcome = await run().catch(report)
await cleanUp(outcome)
console.log(summaryOf(outcome))
process.exit(outcome.passed > 0 && outcome.failed === 0 && !interruption.signal.aborted ? 0 : 1)

async function run(): Promise<Outcome> {
  const env = testEnvironmentOf(process.env)
  const addresses = await up({
    stateDir,
    env,
    parts: engines,
    ports: 'free',
    lifetime: 'process',
    temporary: true,
    onChange: liveTable(process.stdout),
  })
  const testing = { ...env, ...addresses.env }
  const beside = await runJest('beside', ['--selectProjects', 'unit', 'int'], testing)
  // The tests across processes kill engines, so nothing else may run meanwhile.
  const alone = await runJest('alone', ['--selectProjects', 'e2e', '--runInBand'], testing)
  return sumOf(beside, alone)
}

/** Jest is on record like any other part, so that it ends with us too. */
async function runJest(name: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  interruption.signal.throwIfAborted()
  const results = join(stateDir, `${name}.json`)
  const outputFile = `--outputFile=${results}`
  const jest = join(projectRoot, 'node_modules', 'jest', 'bin', 'jest.js')
  const flags = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning']
  const child = spawn(
    process.execPath,
    [...flags, jest, '--json', outputFile, '--passWithNoTests', ...args, ...process.argv.slice(2)],
    {
      cwd: projectRoot,
      env,
      detached: true,
      // The report for people goes to standard error; with --json, standard output only repeats the file.
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  recordJest(child.pid ?? 0)
  await once(child, 'exit')
  return readOutcome(results)
}

function recordJest(pid: number): void {
  recordRun(stateDir, {
    name: 'jest',
    kind: 'service',
    needs: [],
    pid,
    startTime: startTimeOf(pid) ?? 'ended at once',
    ports: {},
    address: '',
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 5000,
    startedAt: new Date().toISOString(),
  })
}

function interrupt(): void {
  if (interruption.signal.aborted) return
  interruption.abort()
  console.error('\nInterrupted: stopping what the tests started.')
  // Nothing here is worth an orderly end: it is all deleted next.
  for (const name of Object.keys(readRuns(stateDir))) void kill(name, stateDir)
}

function report(error: unknown): Outcome {
  if (!interruption.signal.aborted) console.error(error instanceof Error ? error.message : error)
  return { passed: 0, failed: 1, skipped: 0 }
}

async function cleanUp({ failed }: Outcome): Promise<void> {
  await down({ stateDir, lockWaitMs: 30_000 }).catch((error: unknown) => console.error(error))
  if (failed > 0 && !interruption.signal.aborted) await keepLogs()
  await rm(stateDir, { recursive: true, force: true })
}

/** What the engines and services said is the first thing one asks for after a failure. */
async function keepLogs(): Promise<void> {
  const kept = join(projectRoot, '.reprise', 'test-logs')
  await rm(kept, { recursive: true, force: true })
  await cp(join(stateDir, 'logs'), kept, { recursive: true }).catch(() => undefined)
  console.error(`Logs of the engines and services: ${kept}`)
}
