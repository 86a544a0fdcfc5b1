import { eachAtOnce } from '@reprise/core/each-at-once.ts'
import { nextTurn } from '@reprise/core/next-turn.ts'
import type { RowStore, RowWrite, Table } from '@reprise/core/ports/row-store.port.ts'
import { stampOf } from '@reprise/core/stamp.ts'
import type { TopicName } from '@reprise/schemas/topics.ts'
import { rememberedMs } from './command-ids.ts'
import type { Remembered } from './command.ts'
import { type AnswerHead, type AnswersCut, findPacked, storedAnswerOf } from './packed-answers.ts'
import {
  bucketOf,
  dayMs,
  dayToDrop,
  daysBackFrom,
  idsTableOf,
  partOf,
  parts,
  slotOf,
  timelyMoments,
  timelyTableOf,
} from './snapshot-tables.ts'

/** So many rows and bytes are in a batch at most, and so many answers in a row; a larger one is alone. Cassandra takes 15 MiB, and an answer may be half a megabyte. */
const together = { rows: 50, bytes: 256 * 1024 }
/** So many answers are looked at before commands have their turn. */
const lookedAtTogether = 2_048

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
  const ensureIds = ensuringDays(rows, (day) => idsTableOf(topic, day))
  const ensureTimely = ensuringDays(rows, (day) => timelyTableOf(topic, day))

  const inOwnRow = async (partition: number, commandId: string) => {
    for (const day of daysBackFrom(now())) {
      const place = { partition: { log_partition: partition, bucket: bucketOf(commandId) } }
      const [row] = await rows.read(await ensureIds(day), { ...place, in: [commandId] })
      const found = row && storedAnswerOf<Report>(row['answer'] as Buffer)
      if (found && found.recordedAt >= now() - rememberedMs) return found.answer
    }
    return undefined
  }
  const amongTimely = async (partition: number, commandId: string, keyTime: number) => {
    for (const moment of timelyMoments(keyTime, now())) {
      const place = { log_partition: partition, slot: slotOf(moment) }
      const table = await ensureTimely(moment)
      for (const row of await rows.read(table, { partition: place, in: [partOf(commandId)] })) {
        const answer = findPacked(row['answers'] as Buffer, commandId)
        if (answer && answer.recordedAt >= now() - rememberedMs)
          return storedAnswerOf<Report>(answer.json).answer
      }
    }
    return undefined
  }

  return {
    /** Makes the tables of the last days, so that the first command needn't wait for them; who finds them missing makes them. */
    prepare: (): void => {
      for (const day of daysBackFrom(now()))
        for (const ensure of [ensureIds, ensureTimely]) void ensure(day).catch(() => undefined)
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
      const { single, timely } = await groupsOf(answers, now() - rememberedMs)
      const writing = (ensure: typeof ensureIds, batches: Iterable<Batch>) =>
        eachAtOnce(batchesAtOnce, batches, async ({ recordedAt, writes }) =>
          rows.writeTogether(await ensure(recordedAt), writes),
        )
      await writing(ensureIds, singleBatches(partition, answers, single))
      await writing(ensureTimely, timelyBatches(partition, answers, timely))
    },
  }
}

/** A table for each day: made once, and the one that is too old dropped when a new one is made. */
const ensuringDays = (rows: RowStore, tableOf: (recordedAt: number) => Table) => {
  const made = new Map<string, Promise<void>>()
  return async (recordedAt: number) => {
    const table = tableOf(recordedAt)
    const making =
      made.get(table.name) ?? rows.ensure(table).then(() => rows.drop(tableOf(dayToDrop(recordedAt))))
    made.set(table.name, making)
    await making.catch((reason: unknown) => {
      made.delete(table.name)
      throw reason
    })
    return table
  }
}

/** The places of answers, by day and where they lie in its table. */
type Groups = ReadonlyMap<number, readonly number[]>

/** More than a day has of places: see {@link placeOf}. */
const placesOfDay = 0x10_0000

/** Of a timely id its slot and its part there, of any other its bucket. */
const placeOf = ({ isTimely, recordedAt, commandId }: AnswerHead): number =>
  isTimely ? slotOf(recordedAt) * parts + partOf(commandId) : bucketOf(commandId)

/** All answers that were recorded since a moment. */
const groupsOf = async (
  { count, head }: AnswersCut,
  since: number,
): Promise<{ readonly single: Groups; readonly timely: Groups }> => {
  const [single, timely] = [new Map<number, number[]>(), new Map<number, number[]>()]
  for (let nth = 0; nth < count; nth++) {
    if (nth % lookedAtTogether === lookedAtTogether - 1) await nextTurn()
    const answer = head(nth)
    if (answer.recordedAt < since) continue
    const groups = answer.isTimely ? timely : single
    const key = Math.floor(answer.recordedAt / dayMs) * placesOfDay + placeOf(answer)
    const group = groups.get(key)
    if (group) group.push(nth)
    else groups.set(key, [nth])
  }
  return { single, timely }
}

/** Rows of one table and partition of it, with a recorded time of the table's day. */
type Batch = { readonly recordedAt: number; readonly writes: readonly RowWrite[] }

/** A row for each answer. */
const singleBatches = function* (partition: number, answers: AnswersCut, groups: Groups): Generator<Batch> {
  for (const nths of groups.values())
    for (const some of bounded(nths, answers.bytesOf)) {
      const all = some.map(answers.at)
      const writes = all.map(({ commandId, offset, json }) => ({
        row: { log_partition: partition, bucket: bucketOf(commandId), command_id: commandId, answer: json },
        stamp: stampOf(offset),
      }))
      yield { recordedAt: all[0]?.recordedAt ?? 0, writes }
    }
}

/** A row for all of a part. What is stored again, and tells of more, has the higher stamp. */
const timelyBatches = function* (partition: number, answers: AnswersCut, groups: Groups): Generator<Batch> {
  const { bytesOf } = answers
  const slots = Map.groupBy(groups, ([key]) => Math.floor(key / parts))
  for (const all of slots.values()) {
    const rows = all.flatMap(([, nths]) => [...bounded(nths, bytesOf)])
    for (const some of bounded(rows, (nths) => nths.reduce((sum, nth) => sum + bytesOf(nth), 0))) {
      const writes = some.map((nths) => timelyRow(partition, answers, nths))
      yield { recordedAt: answers.head(some[0]?.[0] ?? 0).recordedAt, writes }
    }
  }
}
const timelyRow = (partition: number, answers: AnswersCut, nths: readonly number[]): RowWrite => {
  const { commandId, recordedAt } = answers.head(nths[0] ?? 0)
  const place = { log_partition: partition, slot: slotOf(recordedAt), part: partOf(commandId) }
  return {
    row: { ...place, first_id: commandId, answers: answers.packed(nths) },
    stamp: stampOf(answers.at(nths.at(-1) ?? 0).offset),
  }
}

/** Items in order, as many together as may be written together. */
const bounded = function* <Item>(
  items: readonly Item[],
  bytesOf: (item: Item) => number,
): Generator<readonly Item[]> {
  let some: Item[] = []
  let bytes = 0
  for (const item of items) {
    const more = bytesOf(item)
    if (some.length === together.rows || (some.length > 0 && bytes + more > together.bytes)) {
      yield some
      some = []
      bytes = 0
    }
    some.push(item)
    bytes += more
  }
  yield some
}
