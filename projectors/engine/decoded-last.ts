import type { StoredRecord } from '@reprise/core/ports/log.port.ts'

/** Bounds what records keep of their decoding: an event takes several times as much as its record. */
export type DecodedLast = {
  /** This one was decoded; the first ones forget what they were decoded to where that is too much. */
  readonly add: (record: StoredRecord) => void
}

/** At most so many records keep it, and so many bytes of values. One record does, however large it is. */
export const createDecodedLast = (recordsMax: number, bytesMax: number): DecodedLast => {
  const ring: (StoredRecord | undefined)[] = Array.from({ length: recordsMax }, () => undefined)
  let [first, next, bytes] = [0, 0, 0]

  const forgetFirst = () => {
    const at = first++ % recordsMax
    const record = ring[at]
    ring[at] = undefined
    if (record === undefined) return
    record.decoded = undefined
    bytes -= record.value.length
  }
  return {
    add: (record) => {
      bytes += record.value.length
      while (next > first && (next - first >= recordsMax || bytes > bytesMax)) forgetFirst()
      ring[next++ % recordsMax] = record
    },
  }
}
