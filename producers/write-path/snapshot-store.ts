import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import type { TopicName } from '@reprise/schemas/topics.ts'
import { eachAtOnce } from '@reprise/core/each-at-once.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import type { SnapshotCodec } from '@reprise/core/snapshot-codec.ts'
import { stampOf } from '@reprise/core/stamp.ts'
import type { Remembered } from './command.ts'
import { jsonOf, type Stated } from './kept-state.ts'
import type { AnswersCut } from './packed-answers.ts'
import { marksTableOf, statesTableOf } from './snapshot-tables.ts'
import { createStoredAnswers } from './stored-answers.ts'
import type { StatesToStore } from './stream-states.ts'

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
  readonly states: StatesToStore<State>
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
  readonly findAnswer: (
    partition: number,
    commandId: string,
    keyTime: number | undefined,
  ) => Promise<Remembered<Report> | undefined>
  /** `refuseLoss` throws when rows that were written a moment ago may be gone; it is asked before anything is written, and before the mark. */
  readonly write: (partition: number, cut: Cut<State>, refuseLoss?: () => void) => Promise<void>
  /** Called when what was stored last may be gone (law 11). */
  readonly onLost: (listener: () => void) => void
}

/** Made when it is their turn: commands wait while rows are being encoded. */
const atOnce = { urgent: { states: 16, batches: 4 }, gentle: { states: 4, batches: 1 } }
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
  const stored = createStoredAnswers<Report>({ topic, rows, now })

  return {
    readMark: async (partition) => {
      await Promise.all([states, marks].map(rows.ensure))
      stored.prepare()
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
    findAnswer: stored.find,
    write: async (partition, { states: changed, answers, mark, isUrgent }, refuseLoss = () => undefined) => {
      const most = isUrgent ? atOnce.urgent : atOnce.gentle
      refuseLoss()
      await eachAtOnce(most.states, changed, async ([streamId, kept]) => {
        const { version, offset } = kept
        const packed = await pack(Buffer.from(jsonOf(codec, kept)))
        const row = { stream_id: streamId, at_offset: offset, stream_version: version, state: packed }
        await rows.writeTogether(states, [{ row, stamp: stampOf(offset) }])
      })
      await stored.write(partition, answers, most.batches)
      refuseLoss()
      const row = { log_partition: partition, mark: Buffer.from(JSON.stringify({ ...mark, incarnation })) }
      await rows.writeTogether(marks, [{ row, stamp: stampOf(mark.offset) }])
    },
    onLost: rows.onLost,
  }
}

const parsedOf = (bytes: Buffer): unknown => JSON.parse(bytes.toString('utf8'))

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** JSON as it is, or a frame of zstd, which begins with a byte that JSON never begins with. */
const pack = async (json: Buffer): Promise<Buffer> => (json.length < compressedFrom ? json : compress(json))
const isCompressed = (bytes: Buffer): boolean => bytes[0] === 0x28
const unpacked = async (bytes: Buffer): Promise<Buffer> => (isCompressed(bytes) ? decompress(bytes) : bytes)
