import { v7 as uuidv7 } from 'uuid'
import { createAcceptance } from '@reprise/core/acceptance.ts'
import { bodyHashOf, commandIdOf } from '@reprise/core/identity.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log, StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { Owner } from '@reprise/core/ports/ownership.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import type { TopicName } from '@reprise/schemas/topics.ts'
import { createForwarder } from '../forwarding/forwarder.ts'
import { type ForwardedCommands, startForwardingListener } from '../forwarding/forwarding-listener.ts'
import { type PlaylistCommand, playlistDecider } from '../playlists/playlist.decider.ts'
import type { Command } from '../write-path/command.ts'
import { createFakeOwnership } from './fake-ownership.ts'
import { createSoleCommandLog } from './sole-command-log.ts'

/** The topic of these processes. */
export const topic = 'playlist-events'

/** A log that tests look into. */
type VisibleLog = Log & {
  readonly recordsOf: (topic: TopicName, partition: number) => readonly StoredRecord[]
}

/** Adapters are chosen by each test. */
type Adapters<OneLog> = {
  readonly codec: EventCodec
  /** With two partitions. */
  readonly createLog: () => OneLog
  readonly createRows: () => RowStore
}

type Limits = { readonly waitMsMax?: number }

type Accepted = { readonly meta: { readonly commandId: string; readonly eventId: string } }

/** Command processes that forward to each other, until `close`. */
export const createForwardingProcesses = <OneLog extends VisibleLog>(adapters: Adapters<OneLog>) => {
  const { codec, createLog, createRows } = adapters
  const open: (() => Promise<void>)[] = []

  /** A command process on a log that others share: its listener, its forwarder, and what it believes of the owners. */
  const createProcess = async (log: OneLog, limits: Limits = {}) => {
    const secret = uuidv7()
    const ownership = createFakeOwnership((await log.endOffsets(topic)).length)
    const taking = new Map<string, ForwardedCommands>()
    const listener = await startForwardingListener({
      host: '127.0.0.1',
      secret,
      commandsOf: (topicOf) => taking.get(topicOf),
      logger: quiet,
    })
    const forwarder = createForwarder(quiet)
    const commands = await createSoleCommandLog({
      topic,
      stream: playlistDecider,
      log,
      codec,
      rows: createRows(),
      ownership,
      forward: forwarder.forward,
      ...limits,
    })
    taking.set(topic, commands)
    let isDead = false
    /** Its connections break as at kill -9; what it has appended by then stays. */
    const die = async () => {
      isDead = true
      await listener.close()
    }
    open.push(async () => {
      forwarder.close()
      await Promise.all([isDead ? undefined : listener.close(), commands.close()])
    })
    const owner: Owner = { address: `http://127.0.0.1:${listener.port}`, secret }
    return { commands, owner, believe: ownership.believe, refreshed: ownership.refreshed, die }
  }

  /** Two processes of which the second owns everything, and both know it. */
  const createPair = async (limits?: Limits) => {
    const log = createLog()
    const [sender, owner] = [await createProcess(log, limits), await createProcess(log, limits)]
    owner.believe('this')
    sender.believe(owner.owner)
    return { log, sender, owner }
  }

  const acceptedIn = (log: OneLog): readonly Accepted[] =>
    [0, 1].flatMap((partition) => {
      const acceptance = createAcceptance(true)
      return log
        .recordsOf(topic, partition)
        .filter(acceptance.accept)
        .map(({ value }) => codec.decode(value).value as Accepted)
    })

  return {
    createProcess,
    createPair,
    acceptedIn,
    commandIdsIn: (log: OneLog) => acceptedIn(log).map(({ meta }) => meta.commandId),
    /** Something else to be closed with the processes. */
    closeLater: (close: () => Promise<void>): void => void open.push(close),
    close: async (): Promise<void> => {
      await Promise.all(open.splice(0).map((close) => close()))
    },
  }
}

const details = { name: 'n', description: '', visibility: 'public', collaborative: false } as const

/** Creates the playlist. */
export const create: PlaylistCommand = { do: 'create', details }

/** Adds so many tracks. */
export const add = (count = 1): PlaylistCommand => ({
  do: 'edit',
  edits: [{ add: Array.from({ length: count }, (_, nth) => ({ trackId: `t${nth}` })) }],
})

/** A command on the one playlist, with a key of its own, unless given otherwise. */
export const command = (
  body: PlaylistCommand,
  given: Partial<Command> & { readonly key?: string } = {},
): Command<PlaylistCommand> => {
  const { key = uuidv7(), streamId = 'p', ...rest } = given
  return {
    streamId,
    actorId: 'ann',
    commandId: commandIdOf('ann', streamId, key),
    bodyHash: bodyHashOf('test', body),
    deviceId: null,
    occurredAt: 0,
    lamport: undefined,
    expectedVersion: undefined,
    keyRefusal: undefined,
    keyTime: undefined,
    traceparent: undefined,
    ...rest,
    body,
  }
}
