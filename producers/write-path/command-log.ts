import { setTimeout as pause } from 'node:timers/promises'
import { partitionOf } from '@reprise/schemas/partition.ts'
import type { EventTopic } from '@reprise/schemas/topics.ts'
import { coalesced } from '@reprise/core/coalesced.ts'
import type { EventType } from '@reprise/core/event.ts'
import { inTime } from '@reprise/core/in-time.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { Owner, Ownership } from '@reprise/core/ports/ownership.port.ts'
import type { Position } from '@reprise/core/position.ts'
import { Problem } from '@reprise/core/problem.ts'
import type { Command, Outcome } from './command.ts'
import type { Discard } from '@reprise/core/discarded-records.ts'
import { createOwnedPartitions } from './owned-partitions.ts'
import type { SnapshotStore } from './snapshot-store.ts'
import { ifSent, Moved, timedOut } from './pending-commands.ts'
import type { StreamType } from './stream-type.ts'
import { createTurns, type Turn } from './turns.ts'

/** Commands of one decided topic: submit one, get its outcome from the log, whichever process decides it. */
export type CommandLog<Body, Report> = {
  readonly topic: EventTopic
  /**
   * Those of one stream that are submitted here are decided in this order, also while its partition moves, but for one
   * that was refused with a problem.
   * @throws {Problem} see {@link createPartitionWriter}
   */
  readonly submit: (command: Command<Body>) => Promise<Outcome<Report>>
  /** For commands that another process forwards: never forwarded again. @throws {Moved} {Problem} */
  readonly submitHere: (command: Command<Body>) => Promise<Outcome<Report>>
  /** Where an outcome stands in the log. */
  readonly positionOf: (streamId: string, offset: number) => Position
  /** Why commands can't be taken now; undefined when they can. */
  readonly notReady: () => string | undefined
  /**
   * Takes nothing more, and hands the partitions over when what was sent has its outcome, or a second later: the outcomes
   * that are missing then are still waited for. Meanwhile it stores states. Resolves when all is done.
   */
  readonly close: () => Promise<void>
}

/** What whoever submits commands needs of their log. */
export type Commands<Body, Report> = Pick<CommandLog<Body, Report>, 'submit' | 'positionOf'>

/** Hands a command to the owner of its partition. @throws {Moved} if it isn't the owner, or the connection broke @throws {Problem} */
export type Forward<Body, Report> = (
  owner: Owner,
  topic: EventTopic,
  command: Command<Body>,
) => Promise<Outcome<Report>>

/** What a command log is made of. */
export type CommandLogOptions<State, Body, Type extends EventType, Report> = {
  readonly topic: EventTopic
  readonly stream: StreamType<State, Body, Type, Report>
  readonly log: Log
  readonly codec: EventCodec
  readonly logger: Logger
  readonly store: SnapshotStore<State, Report>
  readonly discard: Discard
  readonly ownership: Ownership
  readonly forward: Forward<Body, Report>
  readonly newEventId: () => string
  readonly waitMsMax: number
  /** After an acknowledged append that doesn't come back: how long until the log is asked. */
  readonly settleMs?: number
  /** How often a partition's states and command ids are stored. */
  readonly storeEveryMs?: number
}

/** An owner that is asked at the last moment has so long to say that it isn't the owner. */
const lastWordMs = 500

/** Who waits for the partitions of a process that ends waits no longer for outcomes that it can't tell yet. */
const handOverMsMax = 1_000

/** How long a command waits for the next word on who owns its partition. */
const ownerWaitMs = 200

/** See {@link CommandLog}. Reads each partition that it owns from where it was stored last. */
export const createCommandLog = async <State, Body, Type extends EventType, Report>(
  options: CommandLogOptions<State, Body, Type, Report>,
): Promise<CommandLog<Body, Report>> => {
  const { topic, log, ownership, forward, waitMsMax } = options
  const endOffsets = coalesced(() => log.endOffsets(topic))
  const partitions = (await endOffsets()).length
  const turns = createTurns()
  let waiting: { readonly turn: Turn; readonly wake: () => void }[] = []
  let timer: NodeJS.Timeout | undefined
  const wakeAll = () => {
    clearTimeout(timer)
    timer = undefined
    const woken = waiting.sort((a, b) => a.turn.number - b.turn.number)
    waiting = []
    for (const { wake } of woken) wake()
  }
  ownership.onChange(wakeAll)
  const owned = await createOwnedPartitions({ ...options, endOffsets, onTakenOver: wakeAll })
  /** Until there may be news of the owners. Those that came first are woken first. */
  const ownerChange = (turn: Turn) =>
    new Promise<void>((wake) => {
      waiting.push({ turn, wake })
      timer ??= setTimeout(wakeAll, ownerWaitMs)
    })

  const partitionFor = ({ streamId }: Command<Body>) => partitionOf(streamId, partitions)
  /** Undefined where nobody could be asked yet. A writer gives up by itself, counted from when it was asked. */
  const tryOnce = (command: Command<Body>, deadline: number, isFirst: boolean, turn: Turn) => {
    const writer = owned.writerOf(partitionFor(command))
    const owner = writer === undefined ? ownership.ownerOf(partitionFor(command)) : undefined
    if (!turns.take(turn, writer ?? (owner && `${owner.address} ${owner.secret}`))) return undefined
    if (writer !== undefined)
      return isFirst ? writer.submit(command) : before(deadline, writer.submit(command))
    return owner && before(deadline, forward(owner, topic, command))
  }
  const submitIn = async (turn: Turn, command: Command<Body>): Promise<Outcome<Report>> => {
    let wasSent = false
    const deadline = performance.now() + waitMsMax
    for (let isFirst = true; ; isFirst = false) {
      const refusal = owned.refusal()
      if (refusal !== undefined) throw wasSent ? timedOut(true) : refusal
      try {
        const outcome = tryOnce(command, deadline, isFirst, turn)
        if (outcome !== undefined) return await outcome
      } catch (reason) {
        if (!(reason instanceof Moved)) throw wasSent ? ifSent(reason as Error) : reason
        turns.comeBack(turn)
        wasSent ||= reason.wasSent
        ownership.refresh()
      }
      if (performance.now() >= deadline) throw timedOut(wasSent)
      await ownerChange(turn)
    }
  }

  return {
    topic,
    submit: async (command) => {
      const turn = turns.enter(command.streamId)
      try {
        return await submitIn(turn, command)
      } finally {
        turns.leave(turn)
      }
    },
    submitHere: async (command) => {
      const writer = owned.writerOf(partitionFor(command))
      if (writer === undefined) throw new Moved(false)
      const refusal = owned.refusal()
      if (refusal !== undefined) throw refusal
      return writer.submit(command)
    },
    positionOf: positionsIn(topic, partitions),
    notReady: owned.notReady,
    close: async () => {
      const released = owned.release()
      const handedOver = Promise.race([released, pause(handOverMsMax, undefined, { ref: false })])
      await Promise.all([handedOver.then(ownership.close), released.then(owned.close)])
    },
  }
}

/** Gives where an offset of a stream's partition is, in a topic with so many partitions. */
export const positionsIn =
  (topic: EventTopic, partitions: number): CommandLog<never, never>['positionOf'] =>
  (streamId, offset) => ({ topic, partition: partitionOf(streamId, partitions), offset })

/** The outcome, if it comes in time. @throws {Problem} */
const before = <T>(deadline: number, outcome: Promise<T>): Promise<T> =>
  inTime(outcome, Math.max(0, deadline - performance.now()) + lastWordMs, () => timedOut(true))

/** For a process that is alone. */
export const forwardToNobody = (): Promise<never> =>
  Promise.reject(new Problem('not-ready', 'there is no other process; nothing was done'))
