import type { EventTopic } from '@reprise/schemas/topics.ts'
import type { Owner as PartitionOwner } from '@reprise/core/ports/ownership.port.ts'
import type { PlaylistCommand, PlaylistReport } from '../playlists/playlist.decider.ts'
import type { Command, Outcome } from '../write-path/command.ts'
import type { CommandLog, Forward } from '../write-path/command-log.ts'
import { Moved } from '../write-path/pending-commands.ts'
import type { Faults } from './faults.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

/** Whoever listens at an address. */
export type Listener = {
  readonly owner: Owner
  readonly commands: CommandLog<PlaylistCommand, PlaylistReport> | undefined
}

const patienceMs = 1_000

/** How one process hands commands to another: over a connection that may break before or after the command is taken. */
export const createForward =
  (options: {
    readonly from: Owner
    readonly time: VirtualTime
    readonly random: SeededRandom
    readonly faults: () => Faults
    readonly listenerAt: (address: string) => Listener | undefined
  }): Forward<PlaylistCommand, PlaylistReport> =>
  ({ address }: PartitionOwner, _topic: EventTopic, command: Command<PlaylistCommand>) => {
    const { from, time, random, faults } = options
    const { promise, resolve, reject } = Promise.withResolvers<Outcome<PlaylistReport>>()
    const listener = options.listenerAt(address)
    if (listener?.commands === undefined) {
      time.after(random.delay(3), from, () => reject(new Moved(false)))
      return promise
    }
    const { owner, commands } = listener
    const patience = time.after(patienceMs, from, () => reject(new Moved(true)))
    const answer = (run: () => void) => {
      patience.isCancelled = true
      time.after(random.delay(3), from, run)
    }
    time.after(random.delay(3), owner, () => {
      const isCut = random.chance(faults().cutConnection)
      commands.submitHere(command).then(
        (outcome) => answer(() => (isCut ? reject(new Moved(true)) : resolve(outcome))),
        (reason: unknown) => answer(() => reject(isCut ? new Moved(true) : (reason as Error))),
      )
    })
    return promise
  }
