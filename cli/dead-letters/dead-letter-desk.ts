import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { letterRecordOf, type Letter } from '@reprise/core/dead-letter.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log, LogBatch, StoredRecord } from '@reprise/core/ports/log.port.ts'
import type { EventTopic } from '@reprise/schemas/topics.ts'
import type { DeadLetterAnswer, ProjectionProgress } from '@reprise/schemas/generated/events.ts'
import type { Decoded } from '@reprise/schemas/codec.ts'
import { readToEnd } from '../log/read-to-end.ts'
import { listLetters, type ListedLetter, type Published } from './dead-letter-list.ts'

/** What an operator does with dead letters: everything through the log. */
export type DeadLetterDesk = {
  readonly list: () => Promise<readonly ListedLetter[]>
  /** The record that a letter is about; undefined where the log has none there. */
  readonly recordOf: (letter: ListedLetter) => Promise<StoredRecord | undefined>
  /** Asks the owner of the partition; resolves with its answer, or undefined if none came in time. */
  readonly ask: (letter: ListedLetter, asked: Asked) => Promise<DeadLetterAnswer | undefined>
}

/** What is asked, why, and by whom. */
export type Asked = {
  readonly verb: 'redrive' | 'discard'
  readonly reason: string
  readonly by: string
  readonly timeoutMs: number
}

type Options = {
  readonly log: Log
  readonly codec: EventCodec
  /** Told once of each record that can't be read and is passed over. */
  readonly warn: (message: string) => void
}

type Topic = 'dead-letters' | 'projection-progress'

const lookAgainMs = 100

/** See {@link DeadLetterDesk}. */
export const createDeadLetterDesk = ({ log, codec, warn }: Options): DeadLetterDesk => {
  const readableIn = createReadable(codec, warn)
  const read = async (topic: Topic, add: (decoded: Decoded, recordedAt: number) => void) => {
    await readToEnd(log, { topic }, async (batch) => {
      for (const { decoded, recordedAt } of await readableIn(topic, batch)) add(decoded, recordedAt)
    })
  }
  const list = async () => {
    const letters: Letter[] = []
    const progress = new Map<string, Published>()
    await read('dead-letters', (letter) => void letters.push(letter as Letter))
    await read('projection-progress', ({ value }, publishedAt) => {
      const one = value as ProjectionProgress
      progress.set([one.projection, one.version, one.partition].join('/'), { ...one, publishedAt })
    })
    return listLetters(letters, [...progress.values()])
  }

  return {
    list,
    recordOf: ({ topic, partition, offset }) => recordAt(log, topic as EventTopic, partition, offset),
    ask: async ({ projection, version, partition, offset, groups }, { timeoutMs, ...asked }) => {
      const requestId = randomUUID()
      const answers = await followAnswers(log, readableIn)
      const appender = await log.createAppender('dead-letters')
      const partitions = (await log.endOffsets('dead-letters')).length
      const value = { requestId, projection, version, partition, offset, ...asked }
      const letter = { type: 'DeadLetterRequest', value } as const
      try {
        await appender.append([letterRecordOf(letter, { group: groups[0] ?? '', partitions, codec })])
        const until = Date.now() + timeoutMs
        while (answers.to(requestId) === undefined && Date.now() < until) await pause(lookAgainMs)
        return answers.to(requestId)
      } finally {
        await Promise.all([appender.close(), answers.close()])
      }
    },
  }
}

/** What the records of a batch say, as far as they can be read. */
type Readable = (topic: Topic, batch: LogBatch) => Promise<readonly Readout[]>
type Readout = { readonly decoded: Decoded; readonly recordedAt: number }

const createReadable = (codec: EventCodec, warn: (message: string) => void): Readable => {
  const told = new Set<string>()
  return async (topic, { partition, records }) => {
    await codec.learn(records.map(({ value }) => value))
    return records.flatMap(({ value, offset, recordedAt }) => {
      try {
        return [{ decoded: codec.decode(value), recordedAt }]
      } catch (error) {
        const place = `${topic} partition ${partition} offset ${offset}`
        if (!told.has(place)) warn(`${place} can't be read and is passed over: ${(error as Error).message}`)
        told.add(place)
        return []
      }
    })
  }
}

/** Reads the answers that are given from now on. */
const followAnswers = async (log: Log, readableIn: Readable) => {
  const answers = new Map<string, DeadLetterAnswer>()
  const ends = await log.endOffsets('dead-letters')
  const reader = await log.read({
    topic: 'dead-letters',
    resumeAt: (partition) => Promise.resolve(ends[partition]),
    onBatch: async (batch) => {
      for (const { decoded } of await readableIn('dead-letters', batch)) {
        const { type, value } = decoded as Letter
        if (type === 'DeadLetterAnswer') answers.set(value.requestId, value)
      }
    },
    onStopped: () => undefined,
  })
  return { to: (requestId: string) => answers.get(requestId), close: reader.close }
}

const recordAt = async (
  log: Log,
  topic: EventTopic,
  partition: number,
  offset: number,
): Promise<StoredRecord | undefined> => {
  if (((await log.endOffsets(topic))[partition] ?? 0) <= offset) return undefined
  const { promise: found, resolve, reject } = Promise.withResolvers<StoredRecord | undefined>()
  const reader = await log.read({
    topic,
    resumeAt: (each) => Promise.resolve(each === partition ? offset : undefined),
    onBatch: ({ records }) => {
      resolve(records.find((record) => record.offset === offset))
      return Promise.resolve()
    },
    onStopped: reject,
  })
  return found.finally(() => reader.close())
}
