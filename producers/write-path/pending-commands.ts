import type { Refusal } from '@reprise/core/decider.ts'
import { Problem } from '@reprise/core/problem.ts'
import type { Fenced } from './fences.ts'
import { acceptedOutcome, type Command, type Outcome, type Remembered } from './command.ts'
import { createSteadyMap } from './steady-map.ts'

/** A command that waits for its outcome. */
export type Pending<Body, Report> = Fenced & {
  readonly command: Command<Body>
  readonly outcome: Promise<Outcome<Report>>
  readonly resolve: (outcome: Outcome<Report>) => void
  readonly reject: (reason: Error) => void
  readonly deadline: number
  /** Grows from command to command. */
  readonly arrival: number
  wasSent: boolean
  /** An answer that appends nothing, on a history that nobody else has changed since. */
  verdict: Verdict | undefined
  /** How often its id was looked for in the store, and what was found. */
  lookUps: number
  stored: Remembered<Report> | undefined
}

type Verdict = {
  readonly refusal: Refusal | undefined
  readonly version: number
  readonly epoch: number
  /** The number of the next record that was decided, counted as the chain counts them. */
  readonly next: number
}

/** A partition has another owner: nothing of this command is in the log, or nobody here can tell. */
export class Moved extends Error {
  override readonly name = 'Moved'
  /** Whether a record of it may yet turn up in the log. */
  readonly wasSent: boolean
  constructor(wasSent: boolean) {
    super('the partition has another owner')
    this.wasSent = wasSent
  }
}

/** The commands of a partition that wait for their outcomes, by id, each until its deadline. */
export const createPendingCommands = <Body, Report>(waitMsMax: number) => {
  type Entry = Pending<Body, Report>
  const entries = createSteadyMap<Entry>()
  let arrivals = 0
  let timer: NodeJS.Timeout | undefined

  /** In the order in which they came, which is that of their deadlines, since all wait as long. */
  const inOrder = (): readonly Entry[] => entries.values().toSorted((a, b) => a.arrival - b.arrival)
  const arm = () => {
    if (timer !== undefined) return
    const [oldest] = inOrder()
    if (oldest === undefined) return
    timer = setTimeout(
      () => {
        timer = undefined
        expire()
        arm()
      },
      Math.max(10, oldest.deadline - performance.now()),
    )
  }
  const expire = () => {
    const now = performance.now()
    for (const entry of inOrder()) {
      if (entry.deadline > now) return
      fail(entry, timedOut(entry.wasSent))
    }
  }
  const fail = (entry: Entry, reason: Error) => {
    if (!isWaiting(entry)) return
    entries.delete(entry.command.commandId)
    entry.reject(entry.wasSent ? ifSent(reason) : reason)
  }
  const isWaiting = (entry: Entry) => entries.get(entry.command.commandId) === entry

  return {
    add: (command: Command<Body>): Entry => {
      const { promise: outcome, resolve, reject } = Promise.withResolvers<Outcome<Report>>()
      const deadline = performance.now() + waitMsMax
      const rest = {
        arrival: arrivals++,
        fence: undefined,
        fenceAsks: 0,
        wasSent: false,
        verdict: undefined,
        lookUps: 0,
        stored: undefined,
      }
      const entry: Entry = { command, outcome, resolve, reject, deadline, ...rest }
      entries.set(command.commandId, entry)
      arm()
      return entry
    },
    find: (commandId: string): Entry | undefined => entries.get(commandId),
    isWaiting,
    complete: (entry: Entry, outcome: Outcome<Report>): void => {
      if (!isWaiting(entry)) return
      entries.delete(entry.command.commandId)
      entry.resolve(outcome)
    },
    fail,
    /** Completes whoever waits for a command that was read back accepted. */
    accepted: (commandId: string, answer: Remembered<Report>): void => {
      const entry = entries.get(commandId)
      if (entry?.command.bodyHash !== answer.bodyHash) return
      entries.delete(commandId)
      entry.resolve(acceptedOutcome(answer))
    },
    all: inOrder,
    get size() {
      return entries.size
    },
    close: (): void => clearTimeout(timer),
  }
}

/** What is told of a failure once a record was sent: it may yet be accepted, so no problem may say that nothing was done. */
export const ifSent = (reason: Error): Error =>
  reason instanceof Problem && reason.code !== 'internal' ? timedOut(true) : reason

/** What a command hears that has waited as long as it may. */
export const timedOut = (wasSent: boolean): Problem =>
  wasSent
    ? new Problem(
        'outcome-unknown',
        'the log has not shown the outcome in time; retry with the same Idempotency-Key',
      )
    : new Problem('not-ready', 'the command waited too long to be decided and was dropped; nothing was done')
