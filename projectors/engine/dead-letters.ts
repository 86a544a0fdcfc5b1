import { setTimeout as pause } from 'node:timers/promises'
import type { DeadLetterAnswer, DeadLetterRequest } from '@reprise/schemas/generated/events.ts'
import { letterRecordOf, type Letter } from '@reprise/core/dead-letter.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log, LogBatch, Reader } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { deadLettersOf, type LettersOf, type Stopped } from './stopped-letters.ts'
import { createLetterIndex } from './letter-index.ts'

/** The dead letters of one version of a projection, and what operators want done with them. */
export type ProjectionLetters = {
  /** Resolves when the letters are in the log. @throws {StoreUnavailable} while it takes none. */
  readonly publish: (partition: number, stopped: readonly Stopped[]) => Promise<void>
  readonly open: (partition: number, offset: number) => DeadLetterRequest | undefined
  readonly isAnswered: (request: DeadLetterRequest) => boolean
  readonly discarded: (partition: number) => ((group: string, offset: number) => boolean) | undefined
  /** Resolves when the answer is in the log; a discard holds from then on. @throws {StoreUnavailable} */
  readonly answer: (request: DeadLetterRequest, answer: Answer) => Promise<void>
  /** Calls the listener for every request that is made from now on. */
  readonly onRequest: (listener: (request: DeadLetterRequest) => void) => void
}

/** What was done about a request. */
export type Answer = Pick<DeadLetterAnswer, 'outcome' | 'groups' | 'detail'>

/** The topic `dead-letters`, as one process of projectors writes and follows it. */
export type DeadLetters = {
  readonly of: (projection: LettersOf) => ProjectionLetters
  readonly close: () => Promise<void>
}

const topic = 'dead-letters'
const againMs = 1_000

type Options = { readonly log: Log; readonly codec: EventCodec; readonly logger: Logger }

/**
 * Resolves when all has been read that was published before, so that whatever was discarded is left out from the first
 * event on; then goes on reading.
 */
export const createDeadLetters = async ({ log, codec, logger }: Options): Promise<DeadLetters> => {
  const appender = await log.createAppender(topic)
  const partitions = (await log.endOffsets(topic)).length
  const index = createLetterIndex()
  const listeners: ((request: DeadLetterRequest) => void)[] = []

  const take = ({ type, value }: Letter): void => {
    if (type === 'DeadLetterAnswer') index.addAnswer(value)
    if (type !== 'DeadLetterRequest') return
    index.addRequest(value)
    for (const listener of listeners) listener(value)
  }
  const append = async (letter: Letter, group: string): Promise<void> => {
    try {
      await appender.append([letterRecordOf(letter, { group, partitions, codec })])
    } catch (cause) {
      throw new StoreUnavailable(`the log takes no dead letters: ${(cause as Error).message}`, { cause })
    }
  }
  const close = await followLetters({ log, codec, logger, take })

  return {
    of: (projection) => ({
      publish: (partition, stopped) =>
        // One call each: the records of one call go in one request, and letters may be large.
        allDone(
          deadLettersOf(projection, partition, stopped).map((value) =>
            append({ type: 'DeadLetter', value }, value.groups[0] ?? ''),
          ),
        ),
      open: (partition, offset) => index.open(projection, partition, offset),
      isAnswered: index.isAnswered,
      discarded: (partition) => index.discarded(projection, partition),
      answer: async ({ requestId, partition, offset }, answer) => {
        const { name, version } = projection
        const value = { requestId, projection: name, version, partition, offset, ...answer }
        await append({ type: 'DeadLetterAnswer', value }, answer.groups[0] ?? '')
        index.addAnswer(value)
      },
      onRequest: (listener) =>
        listeners.push((request) => {
          if (request.projection === projection.name && request.version === projection.version)
            listener(request)
        }),
    }),
    close: async () => {
      await close()
      await appender.close()
    },
  }
}

/** Waits for all: what fails is published again, and must not meet its own remains. @throws what the first threw */
const allDone = async (works: readonly Promise<void>[]): Promise<void> => {
  await Promise.allSettled(works)
  await Promise.all(works)
}

/** Reads the topic from its beginning, for ever; resolves when it has come to where the end was. Answers how to end. */
const followLetters = async ({
  log,
  codec,
  logger,
  take,
}: Options & { readonly take: (letter: Letter) => void }): Promise<() => Promise<void>> => {
  let unread = (await log.endOffsets(topic)).map((end, partition) => ({ end, partition }))
  let reader: Reader | undefined
  let isClosed = false
  const { promise: allRead, resolve } = Promise.withResolvers<undefined>()
  const without = (partition: number, next: number) => {
    unread = unread.filter((part) => part.partition !== partition || next < part.end)
    if (unread.length === 0) resolve(undefined)
  }

  const onBatch = async ({ partition, records }: LogBatch): Promise<void> => {
    // Letters are for people; only what was asked and answered matters here.
    const wanted = records.filter(({ eventType }) => eventType !== 'DeadLetter')
    await codec.learn(wanted.map(({ value }) => value))
    for (const { value, offset } of wanted)
      try {
        take(codec.decode(value) as Letter)
      } catch (error) {
        logger.warn(
          { topic, partition, offset, err: error },
          'a dead letter can not be read; it is passed over',
        )
      }
    without(partition, (records.at(-1)?.offset ?? -1) + 1)
  }
  const read = async (): Promise<void> => {
    reader = await log.read({
      topic,
      resumeAt: () => Promise.resolve(0),
      onBatch,
      onStopped: (reason) => {
        logger.warn({ topic, reason: reason.message }, 'reading dead letters stopped; beginning again')
        void again(reader)
      },
    })
  }
  const again = async (before: Reader | undefined): Promise<void> => {
    await pause(againMs)
    await before?.close()
    if (!isClosed) await read().catch(() => again(undefined))
  }

  for (const { partition } of unread.filter(({ end }) => end === 0)) without(partition, 0)
  await read()
  await allRead
  return async () => {
    isClosed = true
    await reader?.close()
  }
}
