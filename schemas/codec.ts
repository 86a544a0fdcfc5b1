import avro from 'avsc'
import type { AvroDefinition } from './avro-files.ts'

/** A record on the wire names a writer schema that this codec has not learned yet. */
export class UnknownSchema extends Error {
  override readonly name = 'UnknownSchema'
  readonly schemaId: number
  constructor(schemaId: number) {
    super(`the registry's schema ${schemaId.toString()} has not been learned; learn it, then decode again`)
    this.schemaId = schemaId
  }
}

/** The bytes are not an Avro record in Confluent wire format, or don't fit their schema. */
export class Undecodable extends Error {
  override readonly name = 'Undecodable'
}

/** A decoded record: the unqualified name of its type, and its value in the newest shape. */
export type Decoded = { readonly type: string; readonly value: unknown }

/**
 * Encodes with the newest schema of a type, decodes any writer's version into the newest shape.
 * Synchronous: ids and schemas are learned beforehand (from the registry, or by hand in tests), and one
 * resolver is compiled per pair of writer and reader schema.
 */
export type Codec = {
  /** Names the id under which the newest schema of `type` is registered. */
  readonly learnOwn: (type: string, schemaId: number) => void
  /**
   * Learns a writer schema. One of a type that this code doesn't know is kept and decoded as written, every long in it
   * as a bigint: others count nanoseconds.
   */
  readonly learn: (schemaId: number, schema: AvroDefinition) => void
  readonly knows: (schemaId: number) => boolean
  /** Confluent wire format: a zero byte, the schema id, the Avro binary. @throws on a value that doesn't fit. */
  readonly encode: (type: string, value: unknown) => Buffer
  /** @throws {UnknownSchema} @throws {Undecodable} */
  readonly decode: (bytes: Buffer) => Decoded
}

type Reader = { readonly type: string; readonly read: (bytes: Buffer) => unknown }
type Resolver = ReturnType<avro.Type['createResolver']>

const headerBytes = 5

/**
 * Events are encoded here and copied: `toBuffer` takes memory of its own for each, outside the heap, and the garbage
 * collector stops the process for a tenth of a second when there is much of that.
 */
const scratch = Buffer.alloc(32_768)

/** A codec for the given newest schemas. */
export const createCodec = (newest: readonly AvroDefinition[]): Codec => {
  const own = new Map(newest.map((schema) => [schema.name ?? '', avroTypeOf(schema)]))
  const ownIds = new Map<string, number>()
  const readers = new Map<number, Reader>()

  const learn = (schemaId: number, schema: AvroDefinition) => {
    if (readers.has(schemaId)) return
    const type = unqualified(schema.name ?? '')
    const reader = own.get(type)
    if (reader === undefined) {
      const writer = foreignTypeOf(schema)
      readers.set(schemaId, { type, read: (bytes) => bodyOf(bytes, writer) })
      return
    }
    const resolver = reader.createResolver(avroTypeOf(schema))
    readers.set(schemaId, { type, read: (bytes) => bodyOf(bytes, reader, resolver) })
  }

  const learnOwn = (type: string, schemaId: number) => {
    const reader = typeNamed(own, type)
    ownIds.set(type, schemaId)
    readers.set(schemaId, { type, read: (bytes) => bodyOf(bytes, reader) })
  }

  const encode = (type: string, value: unknown): Buffer => {
    const schemaId = ownIds.get(type)
    if (schemaId === undefined) throw new Error(`the schema of ${type} has not been registered`)
    const avroType = typeNamed(own, type)
    const end = avroType.encode(value, scratch, headerBytes)
    const length = end > 0 ? end : scratch.length - end
    const bytes = Buffer.allocUnsafe(length)
    if (end > 0) scratch.copy(bytes, 0, 0, end)
    else avroType.encode(value, bytes, headerBytes)
    bytes[0] = 0
    bytes.writeInt32BE(schemaId, 1)
    return bytes
  }

  const decode = (bytes: Buffer): Decoded => {
    const schemaId = schemaIdOf(bytes)
    const reader = readers.get(schemaId)
    if (reader === undefined) throw new UnknownSchema(schemaId)
    try {
      return { type: reader.type, value: reader.read(bytes) }
    } catch (cause) {
      throw new Undecodable(`bytes don't fit schema ${schemaId.toString()} (${reader.type})`, { cause })
    }
  }

  return { learnOwn, learn, knows: (schemaId) => readers.has(schemaId), encode, decode }
}

/** What stands behind the schema id: `fromBuffer` would want a buffer of its own for it. */
const bodyOf = (bytes: Buffer, type: avro.Type, resolver?: Resolver): unknown => {
  const read: { readonly value: unknown; readonly offset: number } = type.decode(bytes, headerBytes, resolver)
  if (read.offset !== bytes.length) throw new Error(read.offset < 0 ? 'truncated buffer' : 'trailing data')
  return read.value
}

/** The writer schema's id. @throws {Undecodable} when the bytes are not in Confluent wire format. */
export const schemaIdOf = (bytes: Buffer): number => {
  if (bytes.length < headerBytes || bytes[0] !== 0)
    throw new Undecodable('not in Confluent wire format: a zero byte and a four-byte schema id are missing')
  return bytes.readInt32BE(1)
}

const unqualified = (name: string) => name.slice(name.lastIndexOf('.') + 1)

const typeNamed = (types: ReadonlyMap<string, avro.Type>, type: string): avro.Type => {
  const found = types.get(type)
  if (found === undefined) throw new Error(`no schema is named ${type}`)
  return found
}

/** avsc's built-in long throws past 2^53; a long marked `bigint` is read exactly instead. */
const bigLong = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(value)
    return bytes
  },
  fromJSON: (value: number | string) => BigInt(value),
  toJSON: (value: bigint) => Number(value),
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
})

const avroTypeOf = (schema: AvroDefinition): avro.Type =>
  avro.Type.forSchema(schema as unknown as avro.Schema, {
    typeHook: (part) =>
      typeof part === 'object' && 'bigint' in part && (part as AvroDefinition).bigint === true
        ? bigLong
        : undefined,
  })

const foreignTypeOf = (schema: AvroDefinition): avro.Type =>
  avro.Type.forSchema(schema as unknown as avro.Schema, {
    typeHook: (part) =>
      part === 'long' || (typeof part === 'object' && (part as AvroDefinition).type === 'long')
        ? bigLong
        : undefined,
  })
