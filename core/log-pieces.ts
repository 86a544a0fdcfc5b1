import { logBatchBytesMax, logBytesOf, type LogRecord } from './ports/log.port.ts'

/** The records in order, cut where the log wouldn't take more at once. One that is too large itself stands alone. */
export const logPieces = (records: readonly LogRecord[]): readonly (readonly LogRecord[])[] => {
  const pieces: LogRecord[][] = []
  let bytes = Infinity
  for (const record of records) {
    const more = logBytesOf(record)
    bytes += more
    if (bytes > logBatchBytesMax) {
      pieces.push([])
      bytes = more
    }
    pieces.at(-1)?.push(record)
  }
  return pieces
}
