import { checkProvisions, provide, type Provisions } from './artefacts/provision.ts'
import type { Environment, Part, PartContext } from './part.ts'
import { engines, services } from './parts.ts'
import { createReporter, type Reporter } from './progress/reporter.ts'
import type { PartReport } from './progress/report.ts'
import { refuseForeign, stateDirOf } from './state-dir.ts'
import { awaitReady } from './supervise/await-ready.ts'
import { guardWithWatchdog } from './supervise/guard.ts'
import { withLock } from './supervise/lock.ts'
import {
  addressesOf,
  checkNeeds,
  checkPorts,
  environmentOf,
  planOf,
  type PlannedPart,
} from './supervise/plan.ts'
import { contextOf } from './supervise/context.ts'
import { readRuns } from './supervise/run-file.ts'
import { spawnPart, type Started } from './supervise/spawn-part.ts'

export type UpOptions = {
  /** Default: REPRISE_STATE or `.reprise` in the project. */
  readonly stateDir?: string
  /** `fixed` are the defaults or those of the REPRISE_*_PORT variables; `free` are chosen. Default: fixed. */
  readonly ports?: 'fixed' | 'free'
  /** Default: every engine and service. */
  readonly parts?: readonly Part[]
  /** Of these only those that are on record: what `down` stopped meanwhile stays down. */
  readonly onRecord?: boolean
  /** Default: this process's. A variable like REPRISE_KAFKA in it keeps the part from being started. */
  readonly env?: Environment
  /** With `process` everything ends when this process does, even when it is killed. Default: detached. */
  readonly lifetime?: 'detached' | 'process'
  /** With the lifetime `process`: the state directory goes too when this process was killed. */
  readonly temporary?: boolean
  /** How long to wait for another `up` or `down` of the same state directory. Default: not at all. */
  readonly lockWaitMs?: number
  readonly onChange?: (reports: readonly PartReport[]) => void
}

/** Addresses by part name, and the same as variables for a process that talks to them. */
export type Addresses = {
  readonly byPart: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
}

/**
 * Starts what isn't running yet and waits until every part answers; parts that run are left alone.
 * Throws when something must be installed, a port is taken, the state directory holds what isn't ours, or a part
 * fails; what is ready by then keeps running.
 */
export async function up(options: UpOptions = {}): Promise<Addresses> {
  const stateDir = options.stateDir ?? stateDirOf(options.env)
  refuseForeign(stateDir)
  return withLock({ path: `${stateDir}/run`, waitMs: options.lockWaitMs ?? 0 }, () =>
    upLocked(stateDir, options),
  )
}

async function upLocked(stateDir: string, options: UpOptions): Promise<Addresses> {
  const env = options.env ?? process.env
  const asked = options.parts ?? [...engines, ...services]
  const runs = readRuns(stateDir)
  const parts = options.onRecord === true ? asked.filter(({ name }) => name in runs) : asked
  const planning = { parts, stateDir, env, ports: options.ports ?? 'fixed' } as const
  const plan = await planOf(planning)
  const known = [...new Map([...engines, ...services, ...parts].map((part) => [part.name, part])).values()]
  const byPart = addressesOf(plan, planning, known)
  checkNeeds(plan, byPart)
  const starting = plan.filter(({ action }) => action === 'start')
  await checkPorts(starting)
  await checkProvisions(
    starting.map(({ part }) => part),
    env,
  )
  if (options.lifetime === 'process') guardWithWatchdog(stateDir, options.temporary ?? false)
  const addresses = { byPart, env: { ...environmentOf(stateDir, byPart, known), ...jwksOf(env) } }
  await startAll({
    plan,
    stateDir,
    env: { ...env, ...addresses.env },
    addresses: byPart,
    reporter: createReporter(plan, stateDir, options.onChange),
  })
  return addresses
}

/** A JWKS that the user named wins over the local one; an empty variable names none. */
function jwksOf({ REPRISE_JWKS }: Environment): Record<string, string> {
  return REPRISE_JWKS ? { REPRISE_JWKS } : {}
}

type Start = {
  readonly plan: readonly PlannedPart[]
  readonly stateDir: string
  readonly env: Environment
  readonly addresses: Readonly<Record<string, string>>
  readonly reporter: Reporter
}

/** Each part starts as soon as those that it needs are ready. */
async function startAll(start: Start): Promise<void> {
  const ready = new Map<string, Promise<void>>()
  for (const planned of inOrderOfNeeds(start.plan)) {
    const needs = planned.part.needs.flatMap((need) => ready.get(need) ?? [])
    const done = startOne(planned, needs, start)
    done.catch(() => undefined)
    ready.set(planned.part.name, done)
  }
  const outcomes = await Promise.allSettled(ready.values())
  start.reporter.end()
  const failures = new Set(
    outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as Error] : [])),
  )
  if (failures.size > 0)
    throw new AggregateError(failures, [...failures].map(({ message }) => message).join('\n'))
}

async function startOne(
  { part, ports, action }: PlannedPart,
  needs: readonly Promise<void>[],
  start: Start,
): Promise<void> {
  const { reporter, env } = start
  if (action === 'use') return
  try {
    const provisions =
      action === 'start'
        ? await provide(part, env, (text) => reporter.set(part.name, 'resolving', text))
        : nothing
    reporter.set(part.name, 'waiting', part.needs.length > 0 ? `for ${part.needs.join(', ')}` : '')
    await Promise.all(needs)
    const context = contextOf(part, ports, { ...start, ...provisions })
    if (action === 'start') reporter.set(part.name, 'starting')
    await awaitReady(
      part,
      context,
      action === 'start' ? await launch(part, context) : running(start.stateDir, part),
    )
    reporter.set(part.name, 'ready', action === 'keep' ? 'was running' : '')
  } catch (error) {
    reporter.set(part.name, 'failed')
    throw error
  }
}

const nothing: Provisions = { artefactDir: '', java: '' }

async function launch(part: Part, context: PartContext): Promise<Started> {
  await part.prepare?.(context)
  return spawnPart(part, context)
}

/** A part that an earlier `up` started; its end shows in its process alone. */
function running(stateDir: string, { name }: Part): Started {
  const record = readRuns(stateDir)[name]
  if (record === undefined) throw new Error(`${name} was forgotten meanwhile`)
  return { record, ended: new Promise(() => undefined) }
}

function inOrderOfNeeds(plan: readonly PlannedPart[]): PlannedPart[] {
  const ordered: PlannedPart[] = []
  const visit = (planned: PlannedPart): void => {
    if (ordered.includes(planned)) return
    for (const need of planned.part.needs) plan.filter(({ part }) => part.name === need).forEach(visit)
    ordered.push(planned)
  }
  plan.forEach(visit)
  return ordered
}
