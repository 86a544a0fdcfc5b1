/** A line of a body: its bytes, or `too-large` in place of one that is longer than allowed. */
export type Line = { readonly number: number; readonly bytes: Buffer | 'too-large' }

const lineFeed = 0x0a
const none = Buffer.alloc(0)

/**
 * Cuts a body into lines as it comes; a last one needs no line feed. Lines are counted from 1, blank ones are passed
 * over. Of a line longer than `bytesMax` nothing is kept, and its number is told when it ends.
 */
export const createLineSplitter = (bytesMax: number) => {
  let parts: Buffer[] = []
  let length = 0
  let number = 0

  const keep = (part: Buffer) => {
    length += part.length
    if (length > bytesMax) parts = []
    else if (part.length > 0) parts.push(part)
  }
  const end = (last: Buffer): readonly Line[] => {
    keep(last)
    const bytes =
      length > bytesMax ? 'too-large' : parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
    number++
    parts = []
    length = 0
    return bytes !== 'too-large' && isBlank(bytes) ? [] : [{ number, bytes }]
  }

  return {
    /** The lines that end in this chunk. */
    *push(chunk: Buffer): Generator<Line> {
      let from = 0
      for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
        yield* end(chunk.subarray(from, at))
        from = at + 1
      }
      keep(chunk.subarray(from))
    },
    /** The number of the line that hasn't ended yet. */
    next: () => number + 1,
    /** The line that the body ends with, if it has one. */
    finish: (): readonly Line[] => (length > 0 ? end(none) : []),
  }
}

/** Spaces, tabs and carriage returns alone. */
const isBlank = (bytes: Buffer): boolean =>
  bytes.length === 0 || (bytes.length < 100 && bytes.toString('latin1').trim() === '')
