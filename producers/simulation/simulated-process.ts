import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import { type PlaylistCommand, playlistDecider, type PlaylistReport } from '../playlists/playlist.decider.ts'
import { type CommandLog, createCommandLog } from '../write-path/command-log.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/** A command process: the real write path over the simulated world. It can be killed and paused; it is restarted for ever. */
export const createSimulatedProcess = (options: {
  readonly name: string
  readonly time: VirtualTime
  readonly codec: EventCodec
  readonly newEventId: () => string
  readonly logOf: (owner: Owner) => Log
}) => {
  const { name, time, codec, newEventId } = options
  let starts = 0
  let owner: Owner
  let commands: CommandLog<PlaylistCommand, PlaylistReport> | undefined

  const start = () => {
    const mine: Owner = { name: `${name}.${++starts}`, state: 'running' }
    owner = mine
    commands = undefined
    time.after(0, mine, () => {
      createCommandLog({
        topic: 'playlist-events',
        stream: playlistDecider,
        log: options.logOf(mine),
        codec,
        logger: quiet,
        newEventId,
        waitMsMax: 1_500,
        settleMs: 200,
      }).then(
        (created) => {
          if (mine.state !== 'dead') commands = created
        },
        () => void time.after(50, undefined, () => owner === mine && start()),
      )
    })
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
    isReady: () => commands !== undefined && commands.notReady() === undefined,
    kill: (downMs: number) => {
      owner.state = 'dead'
      time.after(downMs, undefined, start)
    },
    pause: (ms: number) => {
      const mine = owner
      mine.state = 'paused'
      time.after(ms, undefined, () => mine.state === 'paused' && time.resume(mine))
    },
  }
}

/** See {@link createSimulatedProcess}. */
export type SimulatedProcess = ReturnType<typeof createSimulatedProcess>
