import type { World } from './world.ts'

/** How often processes were killed and paused, and the store crashed. */
export type Troubles = { kills: number; pauses: number; crashes: number }

const everyMs = 500

/** Kills, pauses, crashes and needless rebalances at the rates of the schedule's mix, for as long as it lasts. */
export const makeTrouble = (world: World): Troubles => {
  const { time, random, faults, processes, group, rows } = world
  const troubles: Troubles = { kills: 0, pauses: 0, crashes: 0 }
  const happens = (perSecond: number) => random.chance((perSecond * everyMs) / 1_000)
  const step = () => {
    const now = faults()
    for (const process of processes.filter(({ owner }) => owner.state === 'running'))
      if (happens(now.kill)) {
        troubles.kills++
        process.kill()
      } else if (happens(now.pause)) {
        troubles.pauses++
        process.pause()
      }
    if (happens(now.rebalance)) group.rebalance()
    if (happens(now.storeCrash)) {
      troubles.crashes++
      rows.crash()
    }
    if (happens(0.1)) rows.sync()
    if (time.now < world.troubledMs) time.after(everyMs, undefined, step)
  }
  time.after(everyMs, undefined, step)
  return troubles
}
