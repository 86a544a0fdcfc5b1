import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { damageOf } from '../artefacts/manifest.ts'
import { lastLinesOf } from '../artefacts/run-tool.ts'
import type { Part, PartContext } from '../part.ts'
import { holderOfPort, holdsPort } from './port-holder.ts'
import { isRunning, type ProcessId } from './process.ts'
import { logPathOf, type Started } from './spawn-part.ts'

/** A part ended, or didn't answer in time; the message carries its last lines and where its log is. */
export class PartFailed extends Error {
  readonly part: string
  constructor(part: string, message: string) {
    super(message)
    this.part = part
  }
}

/**
 * Asks a part until it answers; fails when it ends or `readyTimeoutMs` passes. An answer at its port from a process of
 * someone else, who was there first, is none.
 */
export async function awaitReady(part: Part, context: PartContext, started: Started): Promise<void> {
  const deadline = Date.now() + part.readyTimeoutMs
  let ended: string | undefined
  void started.ended.then((how) => (ended = how))
  for (;;) {
    const reason = (await notReadyReason(part, context, 5000)) ?? (await strangerAt(context, started.record))
    if (reason === undefined) return
    // The process may be gone a moment before it is told how it ended.
    if (ended === undefined && !isRunning(started.record))
      ended = await Promise.race([started.ended, sleep(1_000).then(() => 'ended early')])
    if (ended !== undefined) throw await failureOf(part, context, ended)
    if (Date.now() >= deadline)
      throw await failureOf(part, context, `was not ready after ${part.readyTimeoutMs / 1000} s: ${reason}`)
    await sleep(100)
  }
}

/** Two that start at the same moment both find the port free. */
async function strangerAt({ ports }: PartContext, process: ProcessId): Promise<string | undefined> {
  if (!isRunning(process)) return 'its process is gone'
  const [port] = Object.values(ports)
  if (port === undefined || (await holdsPort(process.pid, port))) return undefined
  return `port ${port} is answered by ${(await holderOfPort(port)) ?? 'another process'}`
}

/** Asks a part once; undefined when it is ready. */
export async function notReadyReason(
  part: Part,
  context: PartContext,
  timeoutMs: number,
): Promise<string | undefined> {
  try {
    await part.ready(context, AbortSignal.timeout(timeoutMs))
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as {
    readonly message?: string
    readonly cause?: { readonly message?: string }
  }
  return [message ?? String(error), cause?.message ?? ''].filter((text) => text !== '').join(': ')
}

async function failureOf(
  part: Part,
  { stateDir, artefactDir }: PartContext,
  what: string,
): Promise<PartFailed> {
  const path = logPathOf(stateDir, part.name)
  const log = await readFile(path, 'utf8').catch(() => '')
  const lastStart = log.slice(Math.max(0, log.lastIndexOf(`--- ${part.name} starts`)))
  const lines = lastLinesOf(lastStart, 20).replace(/^/gm, '  | ')
  const damaged = await damagedWords(artefactDir)
  return new PartFailed(part.name, `${part.name} ${what}\n${lines}\n  the whole log: ${path}${damaged}`)
}

/** At a start only the sizes of an artefact's files are looked at. */
async function damagedWords(artefactDir: string): Promise<string> {
  const damage = artefactDir === '' ? undefined : await damageOf(artefactDir, true)
  if (damage === undefined) return ''
  return `\n  its files are damaged (${damage}): delete ${artefactDir}, and the next start fetches them again`
}
