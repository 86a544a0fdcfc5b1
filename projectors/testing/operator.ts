import type { DeadLetter, DeadLetterAnswer } from '@reprise/schemas/generated/events.ts'
import { letterRecordOf, type Letter } from '@reprise/core/dead-letter.ts'
import type { Log, LogRecord, StoredRecord } from '@reprise/core/ports/log.port.ts'
import { codec } from './codec.ts'

/** The log of a test, seen from here. */
type OpenLog = Pick<Log, 'endOffsets'> & {
  readonly recordsOf: (topic: 'dead-letters', partition: number) => readonly StoredRecord[]
  readonly appendAsStranger: (topic: 'dead-letters', records: readonly LogRecord[]) => void
}

type View = { readonly name: string; readonly version: number }
type Asked = {
  readonly verb: 'redrive' | 'discard'
  readonly partition: number
  readonly offset: number
}

/** An operator of a log in memory: reads dead letters, and asks for what is to be done. */
export const createOperator = (log: OpenLog, { name: projection, version }: View) => {
  let count = 0
  const allLetters = async (): Promise<readonly Letter[]> => {
    const ends = await log.endOffsets('dead-letters')
    return ends
      .flatMap((_end, partition) => log.recordsOf('dead-letters', partition))
      .map(({ value }) => codec.decode(value) as Letter)
      .filter(({ value }) => value.projection === projection && value.version === version)
  }
  const answers = async (): Promise<readonly DeadLetterAnswer[]> =>
    (await allLetters()).flatMap(({ type, value }) => (type === 'DeadLetterAnswer' ? [value] : []))

  return {
    letters: async (): Promise<readonly DeadLetter[]> =>
      (await allLetters()).flatMap(({ type, value }) => (type === 'DeadLetter' ? [value] : [])),
    answers,
    /** Asks, and doesn't wait. */
    ask: async ({ verb, partition, offset }: Asked): Promise<string> => {
      const requestId = `request-${++count}`
      const value = { requestId, verb, projection, version, partition, offset, reason: 'a test', by: 'me' }
      const partitions = (await log.endOffsets('dead-letters')).length
      log.appendAsStranger('dead-letters', [
        letterRecordOf({ type: 'DeadLetterRequest', value }, { group: '', partitions, codec }),
      ])
      return requestId
    },
    answerTo: async (requestId: string) =>
      (await answers()).findLast((answer) => answer.requestId === requestId),
  }
}
