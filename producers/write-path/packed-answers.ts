import type { Remembered } from './command.ts'
import { hashOf } from './hash.ts'

/** What is known of an accepted command before its answer is looked at. */
export type AnswerHead = {
  readonly commandId: string
  readonly recordedAt: number
  /** Whether who asks for it can tell from its key when it was recorded: see `isTimely`. */
  readonly isTimely: boolean
}

/** An accepted command as it will be stored. */
export type PackedAnswer = AnswerHead & {
  readonly offset: number
  /** See {@link storedAnswerOf}. */
  readonly json: Buffer
}

/** The answers that were there at a moment, in the order in which they came. */
export type AnswersCut = {
  readonly count: number
  readonly head: (nth: number) => AnswerHead
  readonly at: (nth: number) => PackedAnswer
  /** What one takes in {@link AnswersCut.packed}. */
  readonly bytesOf: (nth: number) => number
  /** These answers in one piece: see {@link findPacked}. */
  readonly packed: (nths: readonly number[]) => Buffer
}

/**
 * Answers by command id, outside of V8's heap: there may be hundreds of thousands, each lives for half a minute, and as objects
 * they would be what the garbage collector marks most.
 */
export type PackedAnswers<Report> = {
  /** An id that is there gets another answer. */
  readonly add: (
    commandId: string,
    recordedAt: number,
    answer: Remembered<Report>,
    isTimely?: boolean,
  ) => void
  readonly find: (commandId: string) => Remembered<Report> | undefined
  readonly size: number
  /** What they take. */
  readonly bytes: number
  readonly cut: () => AnswersCut
  /** The same without the first ones. */
  readonly without: (count: number) => PackedAnswers<Report>
}

const pieceBytes = 65_536
const slotsMin = 256

/** An answer: the length of its id, the id, when it was recorded, its offset, whether it is timely, the length of the JSON, the JSON. */
const bytesBehindId = 8 + 8 + 1 + 4

/** These answers, none by default. */
export const createPackedAnswers = <Report>(begin: Iterable<PackedAnswer> = []): PackedAnswers<Report> => {
  const pieces: Buffer[] = []
  let used = 0
  let bytesOfAll = 0
  /** Of each answer: its piece, where it begins there, and the hash of its id. */
  let places = new Int32Array(3 * (slotsMin / 2))
  let count = 0
  /** One more than the answer's number, 0 where none is; open-addressed, at most half full. */
  let slots = new Int32Array(slotsMin)

  const pieceAt = (nth: number): Buffer => pieces[places[3 * nth] ?? 0] as Buffer
  const startOf = (nth: number): number => places[3 * nth + 1] ?? 0
  const isAt = (nth: number, hash: number, commandId: string): boolean => {
    if (places[3 * nth + 2] !== hash) return false
    const [piece, start] = [pieceAt(nth), startOf(nth)]
    return piece.toString('latin1', start + 1, start + 1 + (piece[start] ?? 0)) === commandId
  }
  /** The slot of an id, or the free one where it belongs. */
  const slotOf = (hash: number, commandId: string): number => {
    const last = slots.length - 1
    let slot = hash & last
    while (slots[slot] !== 0 && !isAt((slots[slot] ?? 0) - 1, hash, commandId)) slot = (slot + 1) & last
    return slot
  }
  const grow = () => {
    const more = new Int32Array(2 * places.length)
    more.set(places)
    places = more
    slots = new Int32Array(2 * slots.length)
    const last = slots.length - 1
    for (let nth = 0; nth < count; nth++) {
      let slot = (places[3 * nth + 2] ?? 0) & last
      while (slots[slot] !== 0) slot = (slot + 1) & last
      slots[slot] = nth + 1
    }
  }
  const room = (bytes: number): readonly [piece: Buffer, start: number] => {
    if (used + bytes > (pieces.at(-1)?.length ?? 0)) {
      const piece = Buffer.allocUnsafeSlow(Math.max(pieceBytes, bytes))
      pieces.push(piece)
      bytesOfAll += piece.length
      used = 0
    }
    used += bytes
    return [pieces.at(-1) as Buffer, used - bytes]
  }
  const answerAt = (nth: number): PackedAnswer => answerIn(pieceAt(nth), startOf(nth))
  const bytesOf = (nth: number): number => bytesIn(pieceAt(nth), startOf(nth))
  const packed = (nths: readonly number[]): Buffer => {
    const sizes = nths.map(bytesOf)
    const all = Buffer.allocUnsafeSlow(sizes.reduce((sum, bytes) => sum + bytes, 0))
    let at = 0
    for (const [place, nth] of nths.entries()) {
      const start = startOf(nth)
      at += pieceAt(nth).copy(all, at, start, start + (sizes[place] ?? 0))
    }
    return all
  }
  type Put = Omit<PackedAnswer, 'json'> & { readonly json: string | Buffer }
  const put = ({ commandId, recordedAt, offset, isTimely, json }: Put) => {
    const hash = hashOf(commandId)
    const slot = slotOf(hash, commandId)
    const bytes = Buffer.byteLength(json)
    const [piece, start] = room(1 + commandId.length + bytesBehindId + bytes)
    piece[start] = commandId.length
    let at = start + 1 + piece.write(commandId, start + 1, 'latin1')
    at = piece.writeDoubleLE(recordedAt, at)
    at = piece.writeDoubleLE(offset, at)
    at = piece.writeUInt8(isTimely ? 1 : 0, at)
    at = piece.writeUInt32LE(bytes, at)
    if (typeof json === 'string') piece.write(json, at)
    else json.copy(piece, at)
    const known = slots[slot] ?? 0
    const nth = known === 0 ? count++ : known - 1
    slots[slot] = nth + 1
    places[3 * nth] = pieces.length - 1
    places[3 * nth + 1] = start
    places[3 * nth + 2] = hash
    if (2 * count >= slots.length) grow()
  }

  function* from(first: number) {
    for (let nth = first; nth < count; nth++) yield answerAt(nth)
  }

  for (const answer of begin) put(answer)
  return {
    add: (commandId, recordedAt, answer, isTimely = false) => {
      const json = JSON.stringify({ ...answer, recordedAt })
      put({ commandId, recordedAt, offset: answer.offset, isTimely, json })
    },
    find: (commandId) => {
      const known = slots[slotOf(hashOf(commandId), commandId)] ?? 0
      return known === 0 ? undefined : storedAnswerOf<Report>(answerAt(known - 1).json).answer
    },
    get size() {
      return count
    },
    get bytes() {
      return bytesOfAll
    },
    cut: () => ({
      count,
      head: (nth) => headIn(pieceAt(nth), startOf(nth)),
      at: answerAt,
      bytesOf,
      packed,
    }),
    without: (first) => createPackedAnswers(from(first)),
  }
}

const headIn = (piece: Buffer, start: number): AnswerHead => {
  const rest = restOf(piece, start)
  return {
    commandId: piece.toString('latin1', start + 1, rest),
    recordedAt: piece.readDoubleLE(rest),
    isTimely: piece[rest + 16] === 1,
  }
}
const answerIn = (piece: Buffer, start: number): PackedAnswer => {
  const rest = restOf(piece, start)
  const json = piece.subarray(rest + bytesBehindId, start + bytesIn(piece, start))
  return { ...headIn(piece, start), offset: piece.readDoubleLE(rest + 8), json }
}
/** Where what stands behind the id begins. */
const restOf = (piece: Buffer, start: number): number => start + 1 + (piece[start] ?? 0)
const bytesIn = (piece: Buffer, start: number): number => {
  const rest = restOf(piece, start)
  return rest + bytesBehindId + piece.readUInt32LE(rest + 17) - start
}

/** The answer to a command in what {@link AnswersCut.packed} gave. */
export const findPacked = (all: Buffer, commandId: string): PackedAnswer | undefined => {
  for (let at = 0; at < all.length; at += bytesIn(all, at)) {
    const isIt = all.toString('latin1', at + 1, restOf(all, at)) === commandId
    if (isIt) return answerIn(all, at)
  }
  return undefined
}

/** What the JSON of an answer says. */
export const storedAnswerOf = <Report>(json: Buffer) => {
  const { recordedAt, ...answer } = JSON.parse(json.toString('utf8')) as Remembered<Report> & {
    readonly recordedAt: number
  }
  return { recordedAt, answer: answer as Remembered<Report> }
}
