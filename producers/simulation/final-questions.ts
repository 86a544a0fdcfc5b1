import { createAcceptance } from '@reprise/core/acceptance.ts'
import { attempt } from './simulated-clients.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { PlaylistOrder } from './truth.ts'
import type { World } from './world.ts'

/** How many of the newest commands every process is asked for again; of the older ones some. */
const newestAsked = 2

/** When all trouble has ended: every process is asked again for what was accepted, and answers in bounded time. */
export const askAgain = async (world: World, untilMs: number): Promise<void> => {
  const { processes, given, truth, random, clients, object, violations } = world
  let unanswered = 0
  const ask = async (order: PlaylistOrder, process: SimulatedProcess): Promise<void> => {
    unanswered++
    while (typeof (await attempt(clients, process, order)) !== 'object');
    unanswered--
  }
  const standing = [...given.values()].filter(({ order }) => truth.factOf(order.commandId) !== undefined)
  for (const process of processes)
    for (const [at, { order }] of standing.entries())
      if (at >= standing.length - newestAsked || random.chance(0.15)) void ask(order, process)
  await world.time.run(untilMs, () => unanswered === 0 || violations.length > 0)
  if (unanswered > 0 && violations.length === 0)
    object(`${unanswered} questions were not answered though all trouble had ended`)
}

/** What holds of the whole history: nothing is in it that its clients were told is not, and any reader derives the same. */
export const checkHistory = ({ given, truth, broker, object }: World): void => {
  for (const { order, mayHaveHappened } of given.values()) {
    const fact = truth.factOf(order.commandId)
    if (!mayHaveHappened && fact?.order.bodyHash === order.bodyHash)
      object(`${order.commandId} is in the history, but every attempt was told that nothing was done`)
  }
  for (const [partition, records] of broker.partitions.entries()) {
    const reader = createAcceptance(true)
    for (const record of records) reader.accept(record)
    if (reader.lastAcceptedId !== truth.lastAcceptedIds()[partition])
      object(`a reader of partition ${partition} derives another history`)
  }
}
