import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import type { TopicName } from '@reprise/schemas/topics.ts'
import { eachAtOnce } from '@reprise/core/each-at-once.ts'
import type { RowStore, RowWrite } from '@reprise/core/ports/row-store.port.ts'
import type { SnapshotCodec } from '@reprise/core/snapshot-codec.ts'
import { stampOf } from '@reprise/core/stamp.ts'
import { rememberedMs } from './command-ids.ts'
import type { Remembered } from './command.ts'
import { type AnswersCut, type PackedAnswer, storedAnswerOf } from './packed-answers.ts'
import {
  bucketOf,
  dayToDrop,
  daysBackFrom,
  idsTableOf,
  marksTableOf,
  statesTableOf,
} from './snapshot-tables.ts'
import { jsonOf, type Kept, type Stated } from './kept-state.ts'

/** Up to where a partition is stored: everything below `offset`, and what a reader needs to go on there (law 3). */
export type Mark = {
  readonly offset: number
  readonly lastAcceptedId: string
  /** Recorded time of the last record below `offset`. */
  readonly recordedAt: number
  /**
   * Some minutes before: reading the command ids again from there, a process knows which new ones it needn't look for.
   */
  readonly recent: Moment
  /** Streams with an accepted record that nobody can read. */
  readonly unreadable: readonly string[]
}

/** A place in a partition, with the recorded time of the record before it. */
export type Moment = { readonly offset: number; readonly recordedAt: number }

/** What is stored at once: states and ids first, then the mark. */
export type Cut<State> = {
  readonly states: ReadonlyMap<string, Kept<State>>
  readonly answers: AnswersCut
  readonly mark: Mark
  /** Somebody waits for it; else it is stored little by little, as commands come first. */
  readonly isUrgent: boolean
}

/** A state as it was read: about how many bytes of memory it will take, and how it comes to be there. */
export type StoredState<State> = { readonly bytes: number; readonly unpack: () => Promise<Stated<State>> }

/** The states and command ids of one topic's partitions in a row store. Its calls throw what the store throws. */
export type SnapshotStore<State, Report> = {
  /** Undefined where nothing is stored of the partition. */
  readonly readMark: (partition: number) => Promise<Mark | undefined>
  readonly loadState: (streamId: string) => Promise<StoredState<State> | undefined>
  /** The answer to a command of the last 24 hours. */
  readonly findAnswer: (partition: number, commandId: string) => Promise<Remembered<Report> | undefined>
  /** `refuseLoss` throws when rows that were written a moment ago may be gone; it is asked before anything is written, and before the mark. */
  readonly write: (partition: number, cut: Cut<State>, refuseLoss?: () => void) => Promise<void>
  /** Called when what was stored last may be gone (law 11). */
  readonly onLost: (listener: () => void) => void
}

/** Made when it is their turn: commands wait while rows are being encoded. Batches are of {@link together}. */
const atOnce = { urgent: { states: 16, batches: 4 }, gentle: { states: 4, batches: 1 } }
/** So many rows and bytes are in a batch at most; a larger row is alone in it. Cassandra takes 15 MiB, and an answer may be half a megabyte. */
const together = { rows: 50, bytes: 256 * 1024 }
/** So many answers are looked at before commands have their turn. */
const lookedAtTogether = 4_096
/** Smaller states are stored as they are: a stream of zstd for each costs more than deciding their commands. */
const compressedFrom = 65_536

/** See {@link SnapshotStore}. The tables are made when the first mark is read. */
export const createSnapshotStore = <State, Report>(options: {
  readonly topic: TopicName
  readonly codec: SnapshotCodec<State>
  readonly rows: RowStore
  /** Of the cluster that the marks belong to. */
  readonly incarnation: string
  readonly now: () => number
}): SnapshotStore<State, Report> => {
  const { topic, codec, rows, incarnation, now } = options
  const states = statesTableOf(topic, codec.version)
  const marks = marksTableOf(topic, codec.version)
  const days = createDays(rows, topic)

  return {
    readMark: async (partition) => {
      await Promise.all([states, marks].map(rows.ensure))
      // So that the first command needn't wait for them; who finds them missing makes them.
      for (const day of daysBackFrom(now())) void days.ensure(day).catch(() => undefined)
      const [row] = await rows.read(marks, { partition: { log_partition: partition } })
      if (row === undefined) return undefined
      const { incarnation: of, ...mark } = parsedOf(row['mark'] as Buffer) as Mark & {
        readonly incarnation: string
      }
      if (of !== incarnation)
        throw new Error(
          `the snapshots of ${topic} belong to another cluster (${of}, not ${incarnation}): ` +
            `drop the tables ${states.name} and ${marks.name} to rebuild them from the log`,
        )
      return mark
    },
    loadState: async (streamId) => {
      const [row] = await rows.read(states, { partition: { stream_id: streamId } })
      if (row === undefined) return undefined
      const packed = row['state'] as Buffer
      const [version, offset] = [row['stream_version'] as number, row['at_offset'] as number]
      return {
        bytes: packed.length * (isCompressed(packed) ? 10 : 5),
        unpack: async () => ({ state: codec.fromJson(parsedOf(await unpacked(packed))), version, offset }),
      }
    },
    findAnswer: async (partition, commandId) => {
      const bucket = bucketOf(commandId)
      for (const day of daysBackFrom(now())) {
        const table = await days.ensure(day)
        const [row] = await rows.read(table, {
          partition: { log_partition: partition, bucket },
          in: [commandId],
        })
        if (row === undefined) continue
        const { recordedAt, answer } = storedAnswerOf<Report>(row['answer'] as Buffer)
        if (recordedAt >= now() - rememberedMs) return answer
      }
      return undefined
    },
    write: async (partition, { states: changed, answers, mark, isUrgent }, refuseLoss = () => undefined) => {
      const most = isUrgent ? atOnce.urgent : atOnce.gentle
      refuseLoss()
      await eachAtOnce(most.states, changed, async ([streamId, kept]) => {
        const { version, offset } = kept
        const packed = await pack(Buffer.from(jsonOf(codec, kept)))
        const row = { stream_id: streamId, at_offset: offset, stream_version: version, state: packed }
        await rows.writeTogether(states, [{ row, stamp: stampOf(offset) }])
      })
      const groups = await groupsOf(answers, now() - rememberedMs)
      await eachAtOnce(most.batches, batchesOf(partition, answers, groups), async ([recordedAt, writes]) =>
        rows.writeTogether(await days.ensure(recordedAt), writes),
      )
      refuseLoss()
      const row = { log_partition: partition, mark: Buffer.from(JSON.stringify({ ...mark, incarnation })) }
      await rows.writeTogether(marks, [{ row, stamp: stampOf(mark.offset) }])
    },
    onLost: rows.onLost,
  }
}

/** The tables of days: each made once, and the one that is too old dropped when a new one is made. */
const createDays = (rows: RowStore, topic: TopicName) => {
  const made = new Map<string, Promise<void>>()
  return {
    ensure: async (recordedAt: number) => {
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
    },
  }
}

/** The answers of each bucket and day, by their places; those recorded before `since` are left out. */
const groupsOf = async ({ count, at }: AnswersCut, since: number): Promise<Iterable<readonly number[]>> => {
  const groups = new Map<string, number[]>()
  for (let nth = 0; nth < count; nth++) {
    if (nth % lookedAtTogether === lookedAtTogether - 1) await new Promise((resolve) => setImmediate(resolve))
    const { commandId, recordedAt } = at(nth)
    if (recordedAt < since) continue
    const key = `${Math.floor(recordedAt / 86_400_000)}/${bucketOf(commandId)}`
    const group = groups.get(key)
    if (group) group.push(nth)
    else groups.set(key, [nth])
  }
  return groups.values()
}

/** Writes of one bucket and day together, each with a recorded time of its day. */
const batchesOf = function* (
  partition: number,
  { at }: AnswersCut,
  groups: Iterable<readonly number[]>,
): Generator<readonly [number, readonly RowWrite[]]> {
  for (const group of groups) {
    let some: PackedAnswer[] = []
    let bytes = 0
    const batch = () => [some[0]?.recordedAt ?? 0, some.map((answer) => writeOf(partition, answer))] as const
    for (const nth of group) {
      const answer = at(nth)
      if (some.length === together.rows || (some.length > 0 && bytes + answer.json.length > together.bytes)) {
        yield batch()
        some = []
        bytes = 0
      }
      some.push(answer)
      bytes += answer.json.length
    }
    yield batch()
  }
}

const writeOf = (partition: number, { commandId, offset, json }: PackedAnswer): RowWrite => ({
  row: { log_partition: partition, bucket: bucketOf(commandId), command_id: commandId, answer: json },
  stamp: stampOf(offset),
})

const parsedOf = (bytes: Buffer): unknown => JSON.parse(bytes.toString('utf8'))

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** JSON as it is, or a frame of zstd, which begins with a byte that JSON never begins with. */
const pack = async (json: Buffer): Promise<Buffer> => (json.length < compressedFrom ? json : compress(json))
const isCompressed = (bytes: Buffer): boolean => bytes[0] === 0x28
const unpacked = async (bytes: Buffer): Promise<Buffer> => (isCompressed(bytes) ? decompress(bytes) : bytes)
