import type { TopicName } from '@reprise/schemas/topics.ts'
import type { EventType } from '@reprise/core/event.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { LogRecord, StoredRecord } from '@reprise/core/ports/log.port.ts'
import { Problem } from '@reprise/core/problem.ts'
import { createBatch } from './batch.ts'
import { acceptedOutcome, type Command, type Outcome } from './command.ts'
import { createHistory } from './history.ts'
import type { StreamType } from './stream-type.ts'

/** What a partition's writer needs of the world. */
export type PartitionWriterOptions<State, Body, Type extends EventType, Report> = {
  readonly topic: TopicName
  readonly partition: number
  readonly stream: StreamType<State, Body, Type, Report>
  readonly codec: EventCodec
  /** Appends to the partition. A rejection says nothing about what was appended. */
  readonly append: (records: readonly LogRecord[]) => Promise<unknown>
  /** The partition's end, from a question that was begun after the call. */
  readonly endOffset: () => Promise<number>
  readonly newEventId: () => string
  readonly waitMsMax: number
  /** After an append of unknown result: how long until the log is asked. */
  readonly settleMs?: number
}

/** A command that waits, with everyone who waits for its outcome. */
type Pending<Body, Report> = {
  readonly command: Command<Body>
  readonly outcome: Promise<Outcome<Report>>
  readonly resolve: (outcome: Outcome<Report>) => void
  readonly reject: (reason: Problem) => void
  readonly timer: NodeJS.Timeout
  /** A refusal is final once the reader has come this far; undefined before the log's end was asked. */
  fence: number | undefined
  wasSent: boolean
}

const waitingMax = 5_000
const batchRecordsMax = 1_000
const batchBytesMax = 800_000

/**
 * Decides and appends the commands of one partition (laws 2 to 5). At most one batch is under way: it is decided on
 * the history that was read back, appended, and read back in turn; each command completes when its record is seen
 * accepted. A record seen superseded, or not seen at all, is decided again on the history as it is then, so the command
 * takes effect once or not at all, whatever the client library, another writer or a late copy does.
 */
export const createPartitionWriter = <State, Body, Type extends EventType, Report>(
  options: PartitionWriterOptions<State, Body, Type, Report>,
) => {
  const history = createHistory(options.stream, options.codec)
  const pending = new Map<string, Pending<Body, Report>>()
  /** Commands to decide, by id; a command is here, under way, or behind its fence. */
  let queue: Pending<Body, Report>[] = []
  let underWay = new Map<string, Pending<Body, Report>>()
  let atFence: Pending<Body, Report>[] = []
  let scheduled = false
  let stopped: Problem | undefined

  const complete = (entry: Pending<Body, Report>, outcome: Outcome<Report>) => {
    clearTimeout(entry.timer)
    pending.delete(entry.command.commandId)
    entry.resolve(outcome)
  }
  const fail = (entry: Pending<Body, Report>, problem: Problem) => {
    clearTimeout(entry.timer)
    pending.delete(entry.command.commandId)
    entry.reject(problem)
  }
  const isPending = (entry: Pending<Body, Report>) => pending.get(entry.command.commandId) === entry

  const schedule = () => {
    if (scheduled || underWay.size > 0 || queue.length === 0) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      decideBatch()
    })
  }
  const decideBatch = () => {
    if (underWay.size > 0 || stopped) return
    const batch = createBatch({ ...options, history })
    const records: LogRecord[] = []
    const later: Pending<Body, Report>[] = []
    const entries = queue
    queue = []
    // A map of its own: a batch may be read back before its append is acknowledged, and the next one be under way by then.
    underWay = new Map()
    for (const [at, entry] of entries.entries()) {
      if (records.length >= batchRecordsMax || batch.bytes > batchBytesMax) {
        later.push(...entries.slice(at))
        break
      }
      if (!isPending(entry)) continue
      const decided = decideOne(batch, entry)
      if (decided === undefined) continue
      if (decided.kind === 'append') {
        entry.wasSent = true
        records.push(decided.record)
        underWay.set(decided.eventId, entry)
      } else if (decided.kind === 'later') later.push(entry)
      else if (decided.final || (entry.fence !== undefined && history.nextOffset >= entry.fence))
        complete(entry, decided.outcome)
      else waitForFence(entry)
    }
    queue = [...later, ...queue]
    if (records.length > 0) void send(records, underWay)
    else schedule()
  }
  const decideOne = (
    batch: ReturnType<typeof createBatch<State, Body, Type, Report>>,
    entry: Pending<Body, Report>,
  ) => {
    try {
      return batch.decide(entry.command)
    } catch (cause) {
      fail(entry, new Problem('internal', 'the command could not be decided', { cause }))
      return undefined
    }
  }

  /** Law 4: an answer that appends nothing holds only as of a log end that was asked after the request arrived. */
  const waitForFence = (entry: Pending<Body, Report>) => {
    void (async () => {
      try {
        entry.fence ??= await options.endOffset()
      } catch (cause) {
        fail(entry, new Problem('not-ready', 'the log does not answer; nothing was done', { cause }))
        return
      }
      if (!isPending(entry)) return
      atFence.push(entry)
      releaseFences()
    })()
  }
  const releaseFences = () => {
    const passed = atFence.filter(({ fence }) => history.nextOffset >= (fence ?? 0))
    if (passed.length === 0) return
    atFence = atFence.filter(({ fence }) => history.nextOffset < (fence ?? 0))
    queue.push(...passed)
    schedule()
  }

  const send = async (
    records: readonly LogRecord[],
    batch: Map<string, Pending<Body, Report>>,
  ): Promise<void> => {
    const isAcknowledged = await options.append(records).then(
      () => true,
      () => false,
    )
    // An acknowledged batch comes back by itself; only one that doesn't is looked for.
    if (isAcknowledged) await untilSettled(batch, options.settleMs ?? 1_000)
    while (underWay === batch && batch.size > 0 && !stopped) await settle(batch)
  }
  const untilSettled = (batch: Map<string, Pending<Body, Report>>, ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(done, ms)
      function done() {
        clearTimeout(timer)
        settled.delete(batch)
        resolve()
      }
      settled.set(batch, done)
      if (batch.size === 0) done()
    })
  const settled = new Map<Map<string, Pending<Body, Report>>, () => void>()

  /** Law 4: the log settles an unknown result. What it doesn't hold is decided again; should a copy arrive later, only one of the two can be accepted. */
  const settle = async (batch: Map<string, Pending<Body, Report>>): Promise<void> => {
    const end = await options.endOffset().catch(() => undefined)
    if (end === undefined || history.nextOffset < end) {
      await untilSettled(batch, 50)
      return
    }
    if (underWay !== batch) return
    queue = [...batch.values(), ...queue]
    underWay = new Map()
    schedule()
  }

  /** Folds a record and completes whoever waits for its command; gives back our own command if it lost. */
  const seen = (record: StoredRecord): Pending<Body, Report> | undefined => {
    const read = history.read(record)
    const own = underWay.get(record.eventId)
    underWay.delete(record.eventId)
    if (read.kind !== 'accepted') return own && isPending(own) ? own : undefined
    const entry = pending.get(read.commandId)
    if (entry?.command.bodyHash === read.answer.bodyHash) complete(entry, acceptedOutcome(read.answer))
    return undefined
  }

  return {
    /** Reads records back, in order. */
    read: (records: readonly StoredRecord[]): void => {
      const lost = records.map(seen).filter((entry) => entry !== undefined)
      queue = [...lost, ...queue]
      if (underWay.size === 0) {
        for (const done of [...settled.values()]) done()
        schedule()
      }
      releaseFences()
    },
    get nextOffset() {
      return history.nextOffset
    },
    /**
     * The outcome of a command, from the log. A command whose key is in flight joins the first one.
     * @throws {Problem} `key-reused`, `overloaded`, `outcome-unknown`, `not-ready`
     */
    submit: async (command: Command<Body>): Promise<Outcome<Report>> => {
      if (stopped) throw stopped
      const inFlight = pending.get(command.commandId)
      if (inFlight) {
        if (inFlight.command.bodyHash === command.bodyHash) return inFlight.outcome
        throw new Problem('key-reused', 'this Idempotency-Key is in flight with another body')
      }
      if (pending.size >= waitingMax)
        throw new Problem(
          'overloaded',
          `${waitingMax} commands of this partition are waiting; nothing was done`,
        )
      const { promise, resolve, reject } = Promise.withResolvers<Outcome<Report>>()
      const timer = setTimeout(() => fail(entry, timedOut(entry.wasSent)), options.waitMsMax)
      const entry: Pending<Body, Report> = {
        command,
        outcome: promise,
        resolve,
        reject,
        timer,
        fence: undefined,
        wasSent: false,
      }
      pending.set(command.commandId, entry)
      queue.push(entry)
      schedule()
      return promise
    },
    /** Refuses everything from now on, and everything that waits. */
    stop: (problem: Problem): void => {
      stopped = problem
      for (const entry of [...pending.values()]) fail(entry, entry.wasSent ? timedOut(true) : problem)
      for (const done of [...settled.values()]) done()
    },
  }
}

/** See {@link createPartitionWriter}. */
export type PartitionWriter<Body, Report> = {
  readonly read: (records: readonly StoredRecord[]) => void
  readonly nextOffset: number
  readonly submit: (command: Command<Body>) => Promise<Outcome<Report>>
  readonly stop: (problem: Problem) => void
}

const timedOut = (wasSent: boolean): Problem =>
  wasSent
    ? new Problem(
        'outcome-unknown',
        'the log has not shown the outcome in time; retry with the same Idempotency-Key',
      )
    : new Problem('not-ready', 'the command waited too long to be decided and was dropped; nothing was done')
