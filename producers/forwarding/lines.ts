import type { Writable } from 'node:stream'

/** So many lines are written at once. */
const linesTogether = 500

/** A peer sent a line that is longer than any of ours. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong'
}

/** Cuts a stream of bytes into lines: give it each chunk, get the lines that are complete. @throws {LineTooLong} */
export const createLineSplitter = (bytesMax: number): ((chunk: Buffer) => readonly string[]) => {
  let parts: Buffer[] = []
  let bytes = 0
  return (chunk) => {
    const lines: string[] = []
    let from = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      lines.push(Buffer.concat([...parts, chunk.subarray(from, end)]).toString('utf8'))
      parts = []
      bytes = 0
      from = end + 1
    }
    parts.push(chunk.subarray(from))
    bytes += chunk.length - from
    if (bytes > bytesMax) throw new LineTooLong(`a line is longer than ${bytesMax} bytes`)
    return lines
  }
}

/**
 * Writes what is added in one turn of the event loop together, and waits while the stream is full. `take` gives the
 * next lines, at most as many as it is asked for; it is asked when they are about to be written.
 */
export const createLineWriter = (to: Writable, take: (count: number) => readonly string[]) => {
  let scheduled = false
  const write = () => {
    scheduled = false
    if (to.destroyed) return
    const lines = take(linesTogether)
    if (lines.length === 0) return
    to.write(`${lines.join('\n')}\n`)
    flush()
  }
  /** There are lines to take. */
  const flush = (): void => {
    if (scheduled) return
    scheduled = true
    if (to.writableNeedDrain) to.once('drain', write)
    else setImmediate(write)
  }
  return { flush }
}

const newline = 0x0a
