import { fingerprintOf } from './fingerprint-table.ts'

/** Texts by key that forgets what wasn't written for longest (law 13), in memory outside of V8's heap. */
export type PackedCache = {
  readonly get: (key: string) => string | undefined
  readonly set: (key: string, text: string) => void
  readonly clear: () => void
}

/** Longer keys are not remembered, nor those that UTF-8 can't tell apart. */
const keyBytesMax = 1_024

/**
 * See {@link PackedCache}. Two generations, half of `bytesMax` each: what is written goes to the newer one, in its place
 * where it fits; when that is full, the older one is forgotten as a whole. A Map of many small objects takes three times as
 * much, and V8 marks all of it again and again.
 */
export const createPackedCache = (bytesMax: number): PackedCache => {
  const scratch = Buffer.alloc(keyBytesMax)
  let newer = createGeneration(bytesMax / 2)
  let older = createGeneration(bytesMax / 2)

  const keyOf = (key: string): Key | undefined => {
    if (Buffer.byteLength(key) > keyBytesMax || !key.isWellFormed()) return undefined
    return { bytes: scratch, length: scratch.write(key), ...fingerprintOf(key) }
  }
  return {
    get: (name) => {
      const key = keyOf(name)
      if (key === undefined) return undefined
      const found = newer.read(key)
      return (found === undefined ? older.read(key) : found) ?? undefined
    },
    set: (name, text) => {
      const key = keyOf(name)
      if (key === undefined || newer.put(key, text)) return
      const before = newer
      newer = older
      older = before
      newer.clear()
      // Too large for all of it: then what is known of the key is no longer true.
      if (!newer.put(key, text)) older.forget(key)
    },
    clear: () => {
      newer.clear()
      older.clear()
    },
  }
}

/** A key in UTF-8, and its fingerprint. */
type Key = { readonly bytes: Buffer; readonly length: number; readonly place: number; readonly mark: number }

/** An entry begins with four bytes each for its key's mark and length, the room for its text, and the text's length. */
const headWords = 3
const headBytes = headWords * 4
/** In place of a text's length. */
const forgotten = -1
/** A text that changes a little fits in its place again. */
const roomStep = 16
/** One slot for so many bytes; three quarters of them are used at most. */
const bytesPerSlot = 64

/** Entries one behind the other, found through an open-addressed table; nothing is moved, and only all is given up. */
const createGeneration = (bytesMax: number) => {
  const slotsCount = 2 ** Math.ceil(Math.log2(Math.max(bytesMax / bytesPerSlot, 16)))
  const mask = slotsCount - 1
  // The system gives memory when it is written to.
  const bytes = Buffer.allocUnsafeSlow(Math.floor(bytesMax / 4) * 4)
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  /** Where entries begin, in words; behind the first one, since 0 is a free slot. */
  const slots = new Int32Array(slotsCount)
  let next = 1
  let size = 0

  /** The slot of a key, or the free one in which it would be. */
  const slotOf = ({ bytes: key, length, place, mark }: Key): number => {
    let slot = place & mask
    for (let at = slots[slot] ?? 0; at !== 0; at = slots[slot] ?? 0) {
      const begin = at * 4 + headBytes
      if (words[at] === ((mark << 16) | length) && bytes.compare(key, 0, length, begin, begin + length) === 0)
        return slot
      slot = (slot + 1) & mask
    }
    return slot
  }
  const textAt = (at: number, { length }: Key): number => at * 4 + headBytes + length
  const append = (key: Key, slot: number, textBytes: number): number | undefined => {
    const room = Math.ceil((textBytes + 1) / roomStep) * roomStep
    const end = next + headWords + Math.ceil((key.length + room) / 4)
    if (end > words.length) return undefined
    if (slots[slot] === 0) {
      if (size >= slotsCount * 0.75) return undefined
      size++
    }
    const at = next
    next = end
    slots[slot] = at
    words[at] = (key.mark << 16) | key.length
    words[at + 1] = room
    key.bytes.copy(bytes, at * 4 + headBytes, 0, key.length)
    return at
  }

  return {
    /** Undefined if nothing is known here, null if that was forgotten. */
    read: (key: Key): string | null | undefined => {
      const at = slots[slotOf(key)] ?? 0
      if (at === 0) return undefined
      const length = words[at + 2] ?? forgotten
      return length === forgotten ? null : bytes.toString('utf8', textAt(at, key), textAt(at, key) + length)
    },
    /** Whether there was room. */
    put: (key: Key, text: string): boolean => {
      const slot = slotOf(key)
      const before = slots[slot] ?? 0
      const length = Buffer.byteLength(text)
      const fits = before !== 0 && length <= (words[before + 1] ?? 0)
      const at = fits ? before : append(key, slot, length)
      if (at === undefined) return false
      words[at + 2] = length
      bytes.write(text, textAt(at, key))
      return true
    },
    forget: (key: Key): void => {
      const at = slots[slotOf(key)] ?? 0
      if (at !== 0) words[at + 2] = forgotten
    },
    clear: (): void => {
      if (size > 0) slots.fill(0)
      next = 1
      size = 0
    },
  }
}
