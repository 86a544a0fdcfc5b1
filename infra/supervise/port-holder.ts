import { basename } from 'node:path'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { runTool } from '../artefacts/run-tool.ts'

/** Who listens on a port, as `process 123 (java …)`; undefined where this system doesn't tell us. */
export async function holderOfPort(port: number): Promise<string | undefined> {
  const pid = process.platform === 'linux' ? await pidFromProc(port) : await pidFromLsof(port)
  if (pid === undefined) return undefined
  const command = await commandOf(pid)
  return `process ${pid}${command === undefined ? '' : ` (${command})`}`
}

/** Whether this very process listens on a port; where the system doesn't tell us, that is taken for granted. */
export async function holdsPort(pid: number, port: number): Promise<boolean> {
  if (process.platform !== 'linux') {
    const holder = await pidFromLsof(port)
    return holder === undefined || holder === pid
  }
  const [sockets, opened] = await Promise.all([listeningSocketsOf(port), openedBy(String(pid))])
  return sockets.size === 0 || opened === undefined || opened.some((link) => sockets.has(link))
}

/** Linux tells the socket of every port, and every process's open sockets: no tool is needed. */
async function pidFromProc(port: number): Promise<number | undefined> {
  const sockets = await listeningSocketsOf(port)
  if (sockets.size === 0) return undefined
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) if ((await openedBy(pid))?.some((link) => sockets.has(link))) return Number(pid)
  return undefined
}

async function listeningSocketsOf(port: number): Promise<ReadonlySet<string>> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
  )
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = tables.flatMap((table) => table.split('\n')).map((line) => line.trim().split(/\s+/))
  const listening = rows.filter((row) => row[1]?.endsWith(suffix) === true && row[3] === '0A')
  return new Set(listening.map((row) => `socket:[${row[9]}]`))
}

/** Files, sockets and pipes of a process, none of one that is ending; undefined where they are kept from us. */
async function openedBy(pid: string): Promise<readonly string[] | undefined> {
  const folder = `/proc/${pid}/fd`
  try {
    const names = await readdir(folder).catch(noneOfTheGone)
    const links = names.map((name) => readlink(`${folder}/${name}`).catch(noneOfTheGone))
    return (await Promise.all(links)).flat()
  } catch {
    return undefined
  }
}

function noneOfTheGone(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT' || error.code === 'ESRCH') return []
  throw error
}

async function pidFromLsof(port: number): Promise<number | undefined> {
  const text = await runTool({ file: 'lsof', args: ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fp'] }).catch(
    () => '',
  )
  const pid = /^p(\d+)/m.exec(text)?.[1]
  return pid === undefined ? undefined : Number(pid)
}

/** The program and its last words: a JVM's hundred flags in between tell nobody which one it is. */
async function commandOf(pid: number): Promise<string | undefined> {
  const text = await runTool({ file: 'ps', args: ['-o', 'args=', '-p', String(pid)] }).catch(() => '')
  const [program = '', ...args] = text.trim().split(/\s+/)
  if (program === '') return undefined
  const last = args.slice(-2).join(' ')
  return [basename(program), ...(args.length > 2 ? ['…'] : []), last].join(' ').trim().slice(0, 120)
}
