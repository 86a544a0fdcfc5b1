import type { TopicName } from '@reprise/schemas/topics.ts'
import { header, type EventType } from '@reprise/core/event.ts'
import type { LogRecord, StoredRecord } from '@reprise/core/ports/log.port.ts'
import { Problem } from '@reprise/core/problem.ts'
import { type Chain, createChain } from './chain.ts'
import { awaitOutcomes } from './await-outcomes.ts'
import { acceptedOutcome, type Command, type Outcome } from './command.ts'
import { claimMetaOf, keyReused, streamQuarantined } from './decide-command.ts'
import { createDecisionQueue } from './decision-queue.ts'
import { type DraftedVerdict, draftVerdict } from './draft-verdict.ts'
import { createFences } from './fences.ts'
import { claimType, createHistory, type HistoryOptions } from './history.ts'
import { createPendingCommands, Moved, type Pending } from './pending-commands.ts'
import { createPreparation } from './preparation.ts'
import { createSettling } from './settling.ts'
import type { Versioned } from './kept-state.ts'

/** What a partition's writer needs of the world. */
export type PartitionWriterOptions<State, Body, Type extends EventType, Report> = HistoryOptions<
  State,
  Body,
  Type,
  Report
> & {
  readonly topic: TopicName
  /** Appends to the partition. A rejection says nothing about what was appended. */
  readonly append: (records: readonly LogRecord[]) => Promise<unknown>
  /** Calls back when the next request is made up. */
  readonly beforeNext: (call: () => void) => void
  /** The partition's end, from a question that was begun after the call. */
  readonly endOffset: () => Promise<number>
  /** Whether this process owns the partition as far as it knows. */
  readonly owns: () => boolean
  /** Told when records were superseded by another owner's: whoever asked for them is released, or resumed. */
  readonly onOverruled: () => void
  readonly newEventId: () => string
  readonly waitMsMax: number
  /** After an acknowledged append that doesn't come back: how long until the log is asked. */
  readonly settleMs?: number
  /** Nothing is decided before so much was read: the partition's end when it was taken over. */
  readonly readyAt: number
}

const waitingMax = 5_000
/** So many records may be under way: decided, and not read back. */
const chainMax = 8_000

/**
 * Decides and appends the commands of one partition (laws 2 to 5). A command is decided on the history that was read
 * back plus the records under way, which are chained: each names the one before it, so if one is lost or superseded the
 * ones behind it are too, and all of them are decided again on the history as it is then. A command completes when its
 * record is read back accepted; so it takes effect once or not at all, whatever the client library, another writer or
 * a late copy does. Answers that append nothing are given from the history alone, past a fence (law 4). The commands of a
 * stream are decided in the order in which they came; only one that is joined by a retry may be decided as of that.
 */
export const createPartitionWriter = <State, Body, Type extends EventType, Report>(
  options: PartitionWriterOptions<State, Body, Type, Report>,
) => {
  type Entry = Pending<Body, Report>
  const { stream, codec, topic, partition } = options
  const history = createHistory(options)
  const chain: Chain<Entry, State, Report> = createChain()
  const pending = createPendingCommands<Body, Report>(options.waitMsMax)
  const preparation = createPreparation({ history, onReady: enqueue, onFailed: pending.fail })
  const { endOffset, append, settleMs = 1_000 } = options
  const nextOffset = () => history.nextOffset
  const fences = createFences<Entry>({
    endOffset,
    nextOffset,
    isProven,
    onPassed: answer,
    onFailed: pending.fail,
  })
  const settling = createSettling({
    append,
    endOffset,
    nextOffset,
    isUnderWay: chain.has,
    onLost: decideAgain,
    isStopped: () => stopped !== undefined,
    settleMs,
  })
  const queue = createDecisionQueue<Entry>({
    mayDecide: () => stopped === undefined && chain.length < chainMax && isReady(),
    decide: (entry) => (pending.isWaiting(entry) ? decideEntry(entry) : undefined),
    beforeNext: options.beforeNext,
    send: settling.send,
  })
  /** Whether the last accepted record is one of this writer's, of the chain that it is on. */
  let isClaimed = false
  /** Grows whenever the history may not be what was decided on. */
  let epoch = 0
  let stopped: Error | undefined
  let released: Promise<void> | undefined

  function enqueue(entries: readonly Entry[]): void {
    queue.put(entries)
    queue.schedule()
  }
  const isReady = () => history.nextOffset >= options.readyAt

  /** The record to append for a command, if that is what it comes to. */
  const decideEntry = (entry: Entry): LogRecord | undefined => {
    const { command } = entry
    const { streamId, commandId, bodyHash } = command
    const known = history.find(streamId, commandId) ?? entry.stored
    if (known !== undefined) {
      const reused: Outcome<Report> = { kind: 'refused', refusal: keyReused, version: known.version }
      pending.complete(entry, known.bodyHash === bodyHash ? acceptedOutcome(known) : reused)
      return undefined
    }
    const own = chain.ofCommand(commandId)
    if (own !== undefined) {
      // Its record is still under way, though nobody waited for it any more: it will be answered by that one.
      entry.wasSent = true
      own.waitingBehind.push(entry)
      return undefined
    }
    const confirmed = preparation.stateFor(entry)
    if (confirmed === undefined) return undefined
    if (entry.verdict?.epoch === epoch) {
      answer(entry)
      return undefined
    }
    const ahead = chain.lastOf(streamId)
    const before = ahead?.decided?.after ?? confirmed
    const verdict = verdictOn(entry, before)
    if (verdict.kind === 'failed') {
      pending.fail(entry, verdict.problem)
      return undefined
    }
    if (verdict.kind === 'append') return recordOf(entry, verdict)
    const refusal = verdict.kind === 'refused' ? verdict.refusal : undefined
    entry.verdict = { refusal, version: before.version, epoch, next: chain.accepted + chain.length }
    if (ahead === undefined) answer(entry)
    else {
      ahead.waitingBehind.push(entry)
      fences.ask(entry)
    }
    return undefined
  }
  const verdictOn = ({ command }: Entry, before: Versioned<State>): DraftedVerdict<State, Type, Report> =>
    history.isUnreadable(command.streamId)
      ? { kind: 'refused', refusal: streamQuarantined }
      : draftVerdict({ stream, codec, topic, command, before, newEventId: options.newEventId })

  /** The record of a decided command, which is under way from now on. */
  const recordOf = (
    entry: Entry,
    draft: Extract<DraftedVerdict<State, Type, Report>, { kind: 'append' }>,
  ): LogRecord => {
    const { streamId, commandId, bodyHash, keyTime, traceparent } = entry.command
    const { eventId, type, value, after, report } = draft
    const headers = {
      ...headersOf(eventId, type),
      ...(traceparent !== undefined && { [header.traceparent]: traceparent }),
    }
    const decided = { streamId, commandId, bodyHash, keyTime, after, report, waiting: entry }
    entry.wasSent = true
    chain.push({ eventId, decided, waitingBehind: [] })
    return { partition, key: streamId, value, headers }
  }
  const headersOf = (eventId: string, type: string) => ({
    [header.id]: eventId,
    [header.type]: type,
    [header.previous]: chain.last?.eventId ?? history.lastAcceptedId,
  })

  /**
   * Whether a record that was decided later has come back accepted: it was appended after the request came, on a history
   * that says what the verdict says. So no fence is needed, and no claim.
   */
  function isProven({ verdict }: Entry): boolean {
    return verdict?.epoch === epoch && verdict.next < chain.accepted
  }
  /** Gives the verdict on a command, as soon as that is final. */
  function answer(entry: Entry): void {
    if (!pending.isWaiting(entry)) return
    const { verdict } = entry
    if (verdict?.epoch !== epoch) enqueue([entry])
    else if (!fences.isPassed(entry)) fences.hold(entry)
    else if (!isClaimed) claimFor(entry)
    else if (verdict.refusal)
      pending.complete(entry, { kind: 'refused', refusal: verdict.refusal, version: verdict.version })
    else
      pending.complete(entry, { kind: 'unchanged', version: verdict.version, offset: history.nextOffset - 1 })
  }
  /**
   * What was sent on the history as it stands, by another owner or by this one in vain, may yet arrive and be accepted. So
   * before anybody is told no, a record of ours must be accepted: then nothing that was sent before can be. (So Raft's
   * leaders begin their term with an entry of their own.)
   */
  const claimFor = (entry: Entry): void => {
    if (chain.last === undefined) {
      const eventId = options.newEventId()
      const headers = headersOf(eventId, claimType)
      const value = codec.encode(topic, claimType, { meta: claimMetaOf(eventId, Date.now()) })
      chain.push({ eventId, decided: undefined, waitingBehind: [] })
      settling.send([{ partition, key: '', value, headers }], eventId)
    }
    chain.first?.waitingBehind.push(entry)
  }
  /** The history may not be what was decided on: what has no final answer is decided again. */
  const beginEpoch = (): void => {
    const held = fences.giveUp()
    for (const entry of held.filter(isProven)) answer(entry)
    isClaimed = false
    epoch++
    queue.put(held)
  }
  function decideAgain(): void {
    beginEpoch()
    queue.put(chain.abandon())
    settling.allGone()
    if (options.owns()) queue.schedule()
    else options.onOverruled()
  }

  /** Folds the next record, and completes whoever waits for it. */
  const readOne = (record: StoredRecord): void => {
    const first = chain.first
    if (first?.eventId === record.eventId && record.previous === history.lastAcceptedId) {
      const { decided } = first
      const remembered = decided && history.adopt(record, decided)
      if (decided === undefined) history.adoptClaim(record)
      isClaimed = true
      chain.shift()
      settling.gone(record.eventId)
      if (decided && remembered) pending.accepted(decided.commandId, remembered)
      for (const entry of first.waitingBehind) answer(entry)
      return
    }
    const read = history.read(record)
    if (read.kind === 'stored') return
    if (read.kind === 'accepted') pending.accepted(read.commandId, read.answer)
    if (read.kind !== 'superseded') beginEpoch()
    // Whatever else was accepted, the records under way don't follow it; and one of ours that wasn't breaks the chain.
    if (read.kind !== 'superseded' ? chain.length > 0 : chain.has(record.eventId)) decideAgain()
  }
  /** Whether a record is under way that was decided later, and will prove the verdict. */
  const isBeforeOthers = ({ verdict }: Entry): boolean =>
    verdict?.epoch === epoch && verdict.next < chain.accepted + chain.length
  /** Hands the partition over: what was not sent goes elsewhere at once, the rest when the log has told of it. */
  const release = (): Promise<void> => (released ??= handOver())
  const handOver = async (): Promise<void> => {
    for (const entry of pending.all())
      if (!entry.wasSent && !isBeforeOthers(entry)) pending.fail(entry, new Moved(false))
    stopped = new Moved(false)
    const { isSending } = settling
    await awaitOutcomes({ pending, nextOffset, endOffset, isSending, waitMsMax: options.waitMsMax })
    for (const entry of pending.all()) pending.fail(entry, new Moved(entry.wasSent))
    pending.close()
  }

  return {
    /** Reads records back, in order; those that were read already are passed over. */
    read: (records: readonly StoredRecord[]): void => {
      for (const record of records) if (record.offset >= history.nextOffset) readOne(record)
      fences.release()
      queue.schedule()
    },
    get nextOffset() {
      return history.nextOffset
    },
    get storedBelow() {
      return history.storedBelow
    },
    get unstored() {
      return history.unstored
    },
    isReady,
    /** Stores states, ids and the mark. @throws what the store throws */
    store: history.storeAll,
    /**
     * The outcome of a command, from the log. A command whose key is in flight joins the first one.
     * @throws {Problem} `key-reused`, `overloaded`, `outcome-unknown`, `not-ready` {@link Moved}
     */
    submit: async (command: Command<Body>): Promise<Outcome<Report>> => {
      if (stopped) throw stopped
      const inFlight = pending.find(command.commandId)
      if (inFlight) {
        if (inFlight.command.bodyHash === command.bodyHash) {
          // A no must hold at a moment after this request came, too.
          inFlight.verdict = undefined
          fences.renew(inFlight)
          return inFlight.outcome
        }
        throw new Problem('key-reused', 'this Idempotency-Key is in flight with another body')
      }
      if (pending.size >= waitingMax)
        throw new Problem(
          'overloaded',
          `${waitingMax} commands of this partition are waiting; nothing was done`,
        )
      const entry = pending.add(command)
      enqueue([entry])
      return entry.outcome
    },
    release,
    /** Goes on deciding what waits. */
    resume: queue.schedule,
    /** Refuses everything from now on, and everything that waits. */
    stop: (problem: Problem): void => {
      stopped = problem
      for (const entry of pending.all()) pending.fail(entry, problem)
      pending.close()
      settling.allGone()
    },
  }
}

/** See {@link createPartitionWriter}. */
export type PartitionWriter<Body, Report> = ReturnType<
  typeof createPartitionWriter<unknown, Body, EventType, Report>
>
