import { createSnapshotStore } from '../write-path/snapshot-store.ts'
import {
  type PlaylistCommand,
  playlistDecider,
  type PlaylistReport,
  type PlaylistState,
} from '../playlists/playlist.decider.ts'
import { type CommandLog, createCommandLog } from '../write-path/command-log.ts'
import type { Discard } from '@reprise/core/discarded-records.ts'
import { createForward, type Listener } from './forwarding.ts'
import { createSimulatedLog, type SimulatedLogOptions } from './simulated-log.ts'
import type { SimulatedGroup } from './simulated-ownership.ts'
import type { SimulatedRows } from './simulated-rows.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import type { Owner } from './virtual-time.ts'

/** What a process needs of the world. */
export type ProcessOptions = Omit<SimulatedLogOptions, 'owner'> & {
  readonly name: string
  readonly codec: EventCodec
  readonly newEventId: () => string
  readonly group: SimulatedGroup
  readonly rows: SimulatedRows
  readonly discard: Discard
  readonly listenerAt: (address: string) => Listener | undefined
  /** How often a partition's states and command ids are stored. */
  readonly storeEveryMs: number
}

/** A command process: the real write path over the simulated world. It can be killed and paused; it is restarted for ever. */
export const createSimulatedProcess = (options: ProcessOptions) => {
  const { name, time, random, group } = options
  let starts = 0
  let owner: Owner
  let commands: CommandLog<PlaylistCommand, PlaylistReport> | undefined

  const start = () => {
    const mine: Owner = { name: `${name}.${++starts}`, state: 'running' }
    owner = mine
    commands = undefined
    time.after(0, mine, () => {
      createAs(options, mine).then(
        (created) => {
          if (mine.state !== 'dead') commands = created
        },
        () => void time.after(50, undefined, () => owner === mine && restart()),
      )
    })
  }
  const restart = () => {
    owner.state = 'dead'
    start()
  }
  start()
  return {
    name,
    get owner() {
      return owner
    },
    /** Undefined while nobody listens at this process's address. */
    get commands() {
      return owner.state === 'dead' ? undefined : commands
    },
    kill: () => {
      owner.state = 'dead'
      group.missed()
      time.after(random.below(3_000), undefined, start)
    },
    /** Mostly for longer than its session. */
    pause: () => {
      const mine = owner
      mine.state = 'paused'
      group.missed()
      time.after(random.below(6_000), undefined, () => {
        if (mine.state !== 'paused') return
        time.resume(mine)
        time.after(random.below(500), undefined, group.rebalance)
      })
    },
  }
}

const createAs = (options: ProcessOptions, owner: Owner) =>
  createCommandLog({
    topic: 'playlist-events',
    stream: playlistDecider,
    log: createSimulatedLog({ ...options, owner }),
    codec: options.codec,
    logger: quiet,
    store: createSnapshotStore<PlaylistState, PlaylistReport>({
      topic: 'playlist-events',
      codec: playlistDecider.snapshot,
      rows: options.rows.rowsOf(owner),
      incarnation: 'simulated',
      now: Date.now,
    }),
    discard: options.discard,
    ownership: options.group.join(options.name, owner),
    forward: createForward({ ...options, from: owner }),
    newEventId: options.newEventId,
    waitMsMax: 1_500,
    settleMs: 200,
    storeEveryMs: options.storeEveryMs,
  })

/** See {@link createSimulatedProcess}. */
export type SimulatedProcess = ReturnType<typeof createSimulatedProcess>
