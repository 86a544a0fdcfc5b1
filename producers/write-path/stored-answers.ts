import { eachAtOnce } from '@reprise/core/each-at-once.ts'
import type { RowStore, RowWrite } from '@reprise/core/ports/row-store.port.ts'
import { stampOf } from '@reprise/core/stamp.ts'
import type { TopicName } from '@reprise/schemas/topics.ts'
import { rememberedMs } from './command-ids.ts'
import type { Remembered } from './command.ts'
import { type AnswersCut, findPacked, type PackedAnswer, storedAnswerOf } from './packed-answers.ts'
import {
  bucketOf,
  dayToDrop,
  daysBackFrom,
  idsTableOf,
  timelyBucketOf,
  timelyMoments,
} from './snapshot-tables.ts'

/** So many rows and bytes are in a batch at most; a larger row is alone in it. Cassandra takes 15 MiB, and an answer may be half a megabyte. */
const together = { rows: 50, bytes: 256 * 1024 }
/** So many answers are looked at before commands have their turn. */
const lookedAtTogether = 2_048
const dayMs = 86_400_000

/**
 * The ids of accepted commands with their answers, in the tables of their days. Most keys tell when their command was
 * recorded: those ids lie many in a row, by that time. Each other one has a row of its own, where it is found without.
 * What was decided elsewhere, and read here without its key, has one too; so who asks looks at both places.
 */
export const createStoredAnswers = <Report>(options: {
  readonly topic: TopicName
  readonly rows: RowStore
  readonly now: () => number
}) => {
  const { topic, rows, now } = options
  const ensure = ensuringDays(rows, topic)

  const inOwnRow = async (partition: number, commandId: string) => {
    for (const day of daysBackFrom(now())) {
      const place = { partition: { log_partition: partition, bucket: bucketOf(commandId) } }
      const [row] = await rows.read(await ensure(day), { ...place, in: [commandId] })
      const found = row && storedAnswerOf<Report>(row['answer'] as Buffer)
      if (found && found.recordedAt >= now() - rememberedMs) return found.answer
    }
    return undefined
  }
  const amongTimely = async (partition: number, commandId: string, keyTime: number) => {
    for (const moment of timelyMoments(keyTime, now())) {
      const place = { log_partition: partition, bucket: timelyBucketOf(commandId, moment) }
      const found = await rows.read(await ensure(moment), { partition: place })
      for (const row of found) {
        const answer = findPacked(row['answer'] as Buffer, commandId)
        if (answer && answer.recordedAt >= now() - rememberedMs)
          return storedAnswerOf<Report>(answer.json).answer
      }
    }
    return undefined
  }

  return {
    /** Makes the tables of the last days, so that the first command needn't wait for them; who finds them missing makes them. */
    prepare: (): void => {
      for (const day of daysBackFrom(now())) void ensure(day).catch(() => undefined)
    },
    /** The answer to a command of the last 24 hours. @throws what the store throws */
    find: async (
      partition: number,
      commandId: string,
      keyTime: number | undefined,
    ): Promise<Remembered<Report> | undefined> =>
      (keyTime === undefined ? undefined : await amongTimely(partition, commandId, keyTime)) ??
      (await inOwnRow(partition, commandId)),
    /** Writes those that aren't older than 24 hours, so many batches at once. @throws what the store throws */
    write: async (partition: number, answers: AnswersCut, batchesAtOnce: number): Promise<void> => {
      const groups = await groupsOf(answers, now() - rememberedMs)
      await eachAtOnce(batchesAtOnce, batchesOf(partition, answers, groups), async ([recordedAt, writes]) =>
        rows.writeTogether(await ensure(recordedAt), writes),
      )
    },
  }
}

/** The tables of days: each made once, and the one that is too old dropped when a new one is made. */
const ensuringDays = (rows: RowStore, topic: TopicName) => {
  const made = new Map<string, Promise<void>>()
  return async (recordedAt: number) => {
    const table = idsTableOf(topic, recordedAt)
    const making =
      made.get(table.name) ??
      rows.ensure(table).then(() => rows.drop(idsTableOf(topic, dayToDrop(recordedAt))))
    made.set(table.name, making)
    await making.catch((reason: unknown) => {
      made.delete(table.name)
      throw reason
    })
    return table
  }
}

/** Answers of one bucket and day, by their places. */
type Group = { readonly bucket: number; readonly isTimely: boolean; readonly nths: number[] }

/** All answers that were recorded since a moment. */
const groupsOf = async ({ count, head }: AnswersCut, since: number): Promise<Iterable<Group>> => {
  const groups = new Map<number, Group>()
  for (let nth = 0; nth < count; nth++) {
    if (nth % lookedAtTogether === lookedAtTogether - 1) await new Promise((resolve) => setImmediate(resolve))
    const { commandId, recordedAt, isTimely } = head(nth)
    if (recordedAt < since) continue
    const bucket = isTimely ? timelyBucketOf(commandId, recordedAt) : bucketOf(commandId)
    const key = Math.floor(recordedAt / dayMs) * 0x1_0000 + bucket
    const group = groups.get(key)
    if (group) group.nths.push(nth)
    else groups.set(key, { bucket, isTimely, nths: [nth] })
  }
  return groups.values()
}

/** Writes of one bucket and day together, each with a recorded time of its day. */
const batchesOf = function* (
  partition: number,
  answers: AnswersCut,
  groups: Iterable<Group>,
): Generator<readonly [number, readonly RowWrite[]]> {
  for (const { bucket, isTimely, nths } of groups) {
    const place = { log_partition: partition, bucket }
    for (const some of boundedParts(answers, nths, isTimely ? Infinity : together.rows)) {
      const [first, last] = [answers.at(some[0] ?? 0), answers.at(some.at(-1) ?? 0)]
      const writes = isTimely
        ? [writeOf(place, { ...last, commandId: first.commandId, json: answers.packed(some) })]
        : some.map((nth) => writeOf(place, answers.at(nth)))
      yield [first.recordedAt, writes]
    }
  }
}

const boundedParts = function* (
  { head }: AnswersCut,
  nths: readonly number[],
  most: number,
): Generator<readonly number[]> {
  let some: number[] = []
  let bytes = 0
  for (const nth of nths) {
    const more = head(nth).bytes
    if (some.length === most || (some.length > 0 && bytes + more > together.bytes)) {
      yield some
      some = []
      bytes = 0
    }
    some.push(nth)
    bytes += more
  }
  yield some
}

/** What is stored later, or tells of more, has the higher stamp. */
const writeOf = (
  place: { readonly log_partition: number; readonly bucket: number },
  { commandId, offset, json }: Pick<PackedAnswer, 'commandId' | 'offset' | 'json'>,
): RowWrite => ({ row: { ...place, command_id: commandId, answer: json }, stamp: stampOf(offset) })
