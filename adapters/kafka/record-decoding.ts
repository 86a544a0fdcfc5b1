import { header } from '@reprise/core/event.ts'

/** What kafkajs knows of the batch that a record lies in. */
export type BatchContext = {
  readonly firstOffset: string
  readonly firstTimestamp: string
  readonly maxTimestamp: string
  readonly timestampType: number
  readonly magicByte: number
  readonly isControlBatch: boolean
}

const logAppendTime = 1

type Headers = Record<string, string | null | (string | null)[]>

const define = (headers: Headers, name: string, value: Headers[string]): void => {
  Object.defineProperty(headers, name, { value, enumerable: true, configurable: true, writable: true })
}

/** The names that nearly every record has need not be made anew for each. */
const knownNames = Object.values(header).map((name) => ({ name, bytes: Buffer.from(name) }))

const bytesAt = (buffer: Buffer, from: number, to: number): Buffer => buffer.subarray(from, to)
const textAt = (buffer: Buffer, from: number, to: number): string => buffer.toString('utf8', from, to)
const nameAt = (buffer: Buffer, from: number, to: number): string => {
  for (const { name, bytes } of knownNames)
    if (bytes.length === to - from && isThere(bytes, buffer, from)) return name
  return textAt(buffer, from, to)
}
const isThere = (bytes: Buffer, buffer: Buffer, from: number): boolean => {
  for (let at = 0; at < bytes.length; at++) if (buffer[from + at] !== bytes[at]) return false
  return true
}

/**
 * One record of a batch, as kafkajs would decode it, but with its key and its headers as the text that they are to us: a
 * buffer costs more than a text. kafkajs counts offsets and times in big integers, and copies a record's headers once
 * for each of them.
 */
export const decodeRecord = (buffer: Buffer, batchContext: BatchContext) => {
  const { firstOffset, firstTimestamp, maxTimestamp, timestampType, magicByte, isControlBatch } = batchContext
  let at = 1
  const readVarInt = (): number => {
    let result = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = buffer[at++]
      if (byte === undefined) throw new RangeError('a record ends too early')
      result += (byte & 127) * factor
      if (byte < 128) return result % 2 === 0 ? result / 2 : -(result + 1) / 2
    }
  }
  const read = <T>(as: (buffer: Buffer, from: number, to: number) => T): T | null => {
    const length = readVarInt()
    if (length < 0) return null
    at += length
    return as(buffer, at - length, at)
  }
  const readHeaders = (): Headers => {
    const headers: Headers = {}
    for (let left = readVarInt(); left > 0; left--) {
      const name = read(nameAt) ?? 'null'
      const value = read(textAt)
      const before = headers[name]
      const now = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value]
      // Whoever writes to the topic chooses names: assigned, this one would change the prototype.
      if (name === '__proto__') define(headers, name, now)
      else headers[name] = now
    }
    return headers
  }

  const delta = readVarInt()
  const timestamp =
    timestampType === logAppendTime && maxTimestamp ? maxTimestamp : String(Number(firstTimestamp) + delta)
  const offset = String(Number(firstOffset) + readVarInt())
  const key = read(textAt)
  const value = read(bytesAt)
  return {
    magicByte,
    attributes: buffer.readInt8(0),
    timestamp,
    offset,
    key,
    value,
    headers: readHeaders(),
    isControlRecord: isControlBatch,
    batchContext,
  }
}
