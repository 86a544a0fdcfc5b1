/** What kafkajs gives its encoder of one record. */
export type RecordFields = {
  readonly offsetDelta?: number
  readonly timestampDelta?: number
  readonly key?: string | Buffer | null
  readonly value: Buffer | string | null
  readonly headers?: Readonly<Record<string, unknown>>
}

/** As much of kafkajs's `Encoder` as its record batches look at. */
export type EncodedRecord = { readonly buf: Buffer; readonly buffer: Buffer }

/** Beyond this the fast form of a variable-length integer ends. */
const varIntMax = 2 ** 30

/**
 * The bytes of one record, as kafkajs would encode it, in one piece: kafkajs takes a zeroed buffer of 512 bytes for the
 * record and for each of its headers. Undefined for what our records never hold (no key, no value, headers that
 * aren't text): kafkajs encodes those itself.
 */
export const encodeRecord = (fields: RecordFields): EncodedRecord | undefined => {
  const { offsetDelta = 0, timestampDelta = 0, key, value, headers = {} } = fields
  if (typeof key !== 'string' || !Buffer.isBuffer(value) || !isSmall(timestampDelta)) return undefined
  const names = Object.keys(headers)
  let body =
    1 +
    sizeOfVarInt(timestampDelta) +
    sizeOfVarInt(offsetDelta) +
    sizeOfText(key) +
    sizeOfVarInt(value.length) +
    value.length +
    sizeOfVarInt(names.length)
  for (const name of names) {
    const text = headers[name]
    if (typeof text !== 'string') return undefined
    body += sizeOfText(name) + sizeOfText(text)
  }
  const buffer = Buffer.allocUnsafe(sizeOfVarInt(body) + body)
  let at = writeVarInt(buffer, 0, body)
  buffer[at++] = 0
  at = writeVarInt(buffer, at, timestampDelta)
  at = writeVarInt(buffer, at, offsetDelta)
  at = writeText(buffer, at, key)
  at = writeVarInt(buffer, at, value.length)
  at += value.copy(buffer, at)
  at = writeVarInt(buffer, at, names.length)
  for (const name of names) at = writeText(buffer, writeText(buffer, at, name), headers[name] as string)
  return { buf: buffer, buffer }
}

const isSmall = (value: number): boolean => Number.isInteger(value) && value >= 0 && value < varIntMax

/** Of a number from 0 to {@link varIntMax}, in zigzag. */
const sizeOfVarInt = (value: number): number => {
  if (value < 64) return 1
  if (value < 8_192) return 2
  if (value < 1_048_576) return 3
  return value < 134_217_728 ? 4 : 5
}

const sizeOfText = (text: string): number => {
  const bytes = Buffer.byteLength(text)
  return sizeOfVarInt(bytes) + bytes
}

const writeVarInt = (buffer: Buffer, at: number, value: number): number => {
  let rest = (value << 1) >>> 0
  let next = at
  for (; rest > 127; rest >>>= 7) buffer[next++] = (rest & 127) | 128
  buffer[next++] = rest
  return next
}

const writeText = (buffer: Buffer, at: number, text: string): number => {
  const from = writeVarInt(buffer, at, Buffer.byteLength(text))
  return from + buffer.write(text, from)
}
