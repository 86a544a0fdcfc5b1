import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment, Part } from '../part.ts'
import { conflictsOf, fixedPortsOf, freePortsFor, sharedPortsOf, type Ports } from './ports.ts'
import { isRunning } from './process.ts'
import { readRuns } from './run-file.ts'

/** What is to be done about one part. */
export type PlannedPart =
  | { readonly part: Part; readonly action: 'use'; readonly address: string; readonly ports: Ports }
  | {
      readonly part: Part
      readonly action: 'keep' | 'start'
      readonly address: string
      readonly ports: Ports
    }

export type PlanOptions = {
  readonly parts: readonly Part[]
  readonly stateDir: string
  readonly ports: 'fixed' | 'free'
  readonly env: Environment
}

/** Decides for each part whether to use what the user named, to keep what runs, or to start it. */
export async function planOf({ parts, stateDir, ports, env }: PlanOptions): Promise<PlannedPart[]> {
  const runs = readRuns(stateDir)
  const taken = new Set(Object.values(runs).flatMap((run) => Object.values(run.ports)))
  const plan: PlannedPart[] = []
  for (const part of parts) {
    const run = runs[part.name]
    const given = env[part.addressVariable]
    if (run !== undefined && isRunning(run)) {
      refuseOther(part, run.address, given)
      plan.push({ part, action: 'keep', address: run.address, ports: run.ports })
    } else if (given !== undefined && given !== '' && given !== run?.address)
      plan.push({ part, action: 'use', address: given, ports: {} })
    else {
      // Clients of a part that died are waiting at its old address.
      const chosen =
        ports === 'fixed' ? fixedPortsOf(part, env) : (run?.ports ?? (await freePortsFor(part, taken)))
      plan.push({ part, action: 'start', address: part.addressOf(chosen, env), ports: chosen })
    }
  }
  return plan
}

/** What runs uses what runs: an address that is named too late would be of no effect, without a word. */
function refuseOther({ name, addressVariable }: Part, running: string, given = ''): void {
  if (given === '' || given === running) return
  throw new Error(
    `${name} runs here at ${running}, and ${addressVariable} names ${given}: ` +
      `stop what runs first (reprise down), or unset ${addressVariable}`,
  )
}

/** Throws once, naming every port that several parts want, or else that is taken by someone else. */
export async function checkPorts(plan: readonly PlannedPart[]): Promise<void> {
  const starting = plan.filter(({ action }) => action === 'start')
  const shared = sharedPortsOf(starting)
  if (shared.length > 0) throw new Error(shared.join('\n'))
  const look = async (): Promise<string[]> =>
    (await Promise.all(starting.map(({ part, ports }) => conflictsOf(part, ports)))).flat()
  if ((await look()).length === 0) return
  // A process that ended a moment ago may still be closing its sockets.
  await sleep(1000)
  const conflicts = await look()
  if (conflicts.length > 0) throw new Error(conflicts.join('\n'))
}

/** Addresses by part name: those of the plan, and of whatever else runs from this state directory or is named by the user. */
export function addressesOf(
  plan: readonly PlannedPart[],
  { stateDir, env }: PlanOptions,
  known: readonly Part[],
): Record<string, string> {
  const named = known.map(({ name, addressVariable }) => [name, env[addressVariable] ?? ''] as const)
  const running = Object.values(readRuns(stateDir))
    .filter(isRunning)
    .map(({ name, address }) => [name, address] as const)
  const planned = plan.map(({ part, address }) => [part.name, address] as const)
  return Object.fromEntries([...named.filter(([, address]) => address !== ''), ...running, ...planned])
}

/** Throws when a part needs one that is neither planned nor known by address. */
export function checkNeeds(plan: readonly PlannedPart[], addresses: Readonly<Record<string, string>>): void {
  for (const { part } of plan)
    for (const need of part.needs)
      if (addresses[need] === undefined) throw new Error(`${part.name} needs ${need}, which is not running`)
}

/** The variables that tell a process where everything is. */
export function environmentOf(
  stateDir: string,
  addresses: Readonly<Record<string, string>>,
  parts: readonly Part[],
): Record<string, string> {
  const named = parts.flatMap(({ name, addressVariable }) => {
    const address = addresses[name]
    return address === undefined ? [] : [[addressVariable, address]]
  })
  return {
    REPRISE_STATE: stateDir,
    REPRISE_JWKS: join(stateDir, 'keys', 'jwks.json'),
    ...(Object.fromEntries(named) as Record<string, string>),
  }
}
