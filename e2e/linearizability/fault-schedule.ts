import type { SeededRandom } from '@reprise/cli/demo/seeded-random.ts'
import { type Fleet, type FleetMember, sessionMs } from './fleet.ts'

/** What happens to one process: from when (since the schedule began), and for how long. */
export type Fault = {
  readonly process: string
  readonly kind: 'killed' | 'paused' | 'cut off' | 'unheard'
  readonly atMs: number
  readonly forMs: number
}

/** How long faults begin. */
export const troubledMs = 8_000

const kinds = ['killed', 'paused', 'cut off', 'unheard'] as const

/** At least, milliseconds. Whoever is paused has lost its partitions when it goes on, and doesn't know. */
const lengthOf = {
  killed: 0,
  paused: sessionMs + 500,
  'cut off': sessionMs / 2,
  unheard: sessionMs / 2,
} as const

/**
 * Faults of every process one after the other, those of different processes at the same time: killed with kill -9 and
 * started again; paused for longer than the session, so that it comes back a zombie; cut off from the broker
 * with its connections broken; unheard, with what it sends held back and delivered late.
 */
export const scheduleOf = (random: SeededRandom, processes: readonly string[]): readonly Fault[] =>
  processes.flatMap((process) => {
    const faults: Fault[] = []
    for (let atMs = 500 + random.below(4_000); atMs < troubledMs; atMs += 1_500 + random.below(4_000)) {
      const kind = kinds[random.below(kinds.length)] ?? 'killed'
      const forMs = lengthOf[kind] + random.below(kind === 'killed' ? 1_000 : 2 * sessionMs)
      faults.push({ process, kind, atMs, forMs })
      atMs += forMs
    }
    return faults
  })

/** Makes it all happen; done when every process is as it was. */
export const play = async (fleet: Fleet, schedule: readonly Fault[]): Promise<void> => {
  const start = performance.now()
  const until = (ms: number) => pause(ms - (performance.now() - start))
  await Promise.all(
    fleet.members.map(async (member) => {
      for (const fault of schedule.filter(({ process }) => process === member.name)) {
        await until(fault.atMs)
        const undo = await begin(fleet, member, fault)
        await pause(fault.forMs)
        await undo()
      }
    }),
  )
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, ms)))

const begin = async (
  { platform }: Fleet,
  { name, network }: FleetMember,
  { kind }: Fault,
): Promise<() => Promise<void> | void> => {
  switch (kind) {
    case 'killed':
      await platform.kill(name)
      return () => platform.restart(name)
    case 'paused':
      return platform.pause(name)
    case 'cut off':
      network.cut()
      return network.open
    case 'unheard':
      network.stall()
      return network.open
  }
}
