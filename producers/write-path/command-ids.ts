import type { Remembered } from './command.ts'
import { createFingerprints, type Fingerprints, fingerprintsMax } from './fingerprints.ts'
import { type AnswersCut, createPackedAnswers } from './packed-answers.ts'
import { isTimely } from './snapshot-tables.ts'

/** How long the same key gives the same answer, by recorded time. */
export const rememberedMs = 24 * 3_600_000

/** Between the time in a key and the time at which its command can first have been recorded: twice the minute that a clock may be ahead. */
const clocksMs = 120_000

/** The ids that this process read since `at` (recorded time), and where those before lie. */
export type CommandIdsOptions = {
  /** Every id recorded later is in memory; -Infinity where everything was read. */
  readonly knownSince: number
  /** How long ids stay in memory after they were stored. */
  readonly keptMs?: number
}

/** So many are kept at most, however fast they come: 64 bytes for four. */
const keptMax = 4_000_000 / 16

/**
 * The ids of a partition's accepted commands (law 5), written only from what was read back from the log, in its order.
 * Those not stored yet are here with their answers; of all that were read in the last minutes fingerprints, to tell which
 * commands need no look-up.
 */
export const createCommandIds = <Report>({ knownSince, keptMs = 300_000 }: CommandIdsOptions) => {
  let unstored = createPackedAnswers<Report>()
  let generations: { readonly since: number; readonly prints: Fingerprints }[] = []
  let reachesBackTo = knownSince

  const print = (commandId: string, recordedAt: number) => {
    const newest = generations.at(-1)
    const open =
      newest && newest.prints.size < fingerprintsMax
        ? newest
        : { since: recordedAt, prints: createFingerprints() }
    if (open !== newest) generations.push(open)
    open.prints.add(commandId)
    const tooMany = generations.length > 1 && (generations.length - 1) * fingerprintsMax > keptMax
    const second = generations[1]
    if (second && (tooMany || second.since < recordedAt - keptMs)) {
      generations = generations.slice(1)
      reachesBackTo = second.since
    }
  }

  const wasRead = (commandId: string) => generations.some(({ prints }) => prints.has(commandId))

  return {
    /** The answer to a command that isn't stored yet. */
    find: (commandId: string): Remembered<Report> | undefined => unstored.find(commandId),
    /**
     * Whether a command that {@link find} doesn't know may be among the stored ones. A key that carries its time was
     * first used after the ids in memory begin, or is looked up as any other.
     */
    mayBeStored: (commandId: string, keyTime: number | undefined): boolean =>
      wasRead(commandId) ||
      (reachesBackTo !== -Infinity && !(keyTime !== undefined && keyTime - clocksMs > reachesBackTo)),
    /** Whether this process has read it in the last minutes: where {@link find} doesn't know it, it is stored. */
    wasRead,
    /** `keyTime` is that of its key where the key is known. */
    remember: (commandId: string, recordedAt: number, answer: Remembered<Report>, keyTime?: number): void => {
      // Now, one by one: when they are stored there are tens of thousands, and commands would wait.
      print(commandId, recordedAt)
      unstored.add(commandId, recordedAt, answer, isTimely(keyTime, recordedAt))
    },
    /** An id that was stored before this process began to read. */
    print,
    unstored: (): AnswersCut => unstored.cut(),
    /** These answers, the first ones, are stored now. */
    stored: ({ count }: AnswersCut): void => {
      unstored = unstored.without(count)
    },
    get size() {
      return unstored.size
    },
    /** What the answers that aren't stored yet take. */
    get bytes() {
      return unstored.bytes
    },
  }
}

/** See {@link createCommandIds}. */
export type CommandIds<Report> = ReturnType<typeof createCommandIds<Report>>
