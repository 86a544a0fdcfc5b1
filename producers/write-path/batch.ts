import { header } from '@reprise/core/event.ts'
import { logBytesOf, type LogRecord } from '@reprise/core/ports/log.port.ts'

const recordsMax = 1_000
/** Well below what the broker takes at once. */
const bytesMax = 800_000

/**
 * Records that are appended together, for `send`: no more of them than the broker takes, which takes all or none. One
 * that would be too much goes alone, behind the others.
 */
export const createBatch = (send: (records: readonly LogRecord[], lastId: string) => void) => {
  let records: LogRecord[] = []
  let bytes = 0
  const end = (): void => {
    const lastId = records.at(-1)?.headers[header.id]
    if (lastId !== undefined) send(records, lastId)
    records = []
  }
  return {
    isFull: (): boolean => bytes >= bytesMax || records.length >= recordsMax,
    add: (record: LogRecord): void => {
      bytes += logBytesOf(record)
      if (bytes > bytesMax) end()
      records.push(record)
    },
    /** Sends what there is. */
    end,
  }
}
