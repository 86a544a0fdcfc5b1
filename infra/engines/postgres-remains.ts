import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runTool } from '../artefacts/run-tool.ts'

/**
 * Clears what a killed PostgreSQL left: sessions that haven't noticed yet, which would refuse the next start, and
 * the lock file, whose process number may be another program's by now. Throws when a server still runs on the data.
 */
export async function clearCrashedPostgres(dataDir: string): Promise<void> {
  const lockFile = join(dataDir, 'postmaster.pid')
  const server = serverOf(lockFile)
  if (server === undefined) return
  const running = await processes()
  if (running.some(({ pid, title }) => pid === server && title.includes(` -D ${dataDir}`)))
    throw new Error(`PostgreSQL already runs on ${dataDir} as process ${server}`)
  for (const { pid } of sessionsOf(dataDir, running)) killIfThere(pid)
  while (sessionsOf(dataDir, await processes()).length > 0) await sleep(25)
  await rm(lockFile, { force: true })
}

/**
 * The name by which the processes of the server on these data are told from any other's: PostgreSQL puts it into
 * their titles, which everyone may read. Where they work and what they run is secret to root itself in containers.
 */
export function clusterNameOf(dataDir: string): string {
  return `reprise_${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`
}

function serverOf(lockFile: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(lockFile, 'utf8'), 10)
  } catch {
    return undefined
  }
}

type Process = { readonly pid: number; readonly title: string }

function sessionsOf(dataDir: string, running: readonly Process[]): readonly Process[] {
  return running.filter(({ title }) => title.startsWith(`postgres: ${clusterNameOf(dataDir)}: `))
}

async function processes(): Promise<readonly Process[]> {
  if (process.platform === 'linux')
    return readdirSync('/proc')
      .map(Number)
      .filter(Number.isInteger)
      .map((pid) => ({ pid, title: titleOf(pid) }))
  const lines = await runTool({ file: 'ps', args: ['-axo', 'pid=,args='] })
  return lines.split('\n').map((line) => {
    const [, pid, title = ''] = /^\s*(\d+) (.*)$/.exec(line) ?? []
    return { pid: Number(pid), title }
  })
}

function titleOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
