import { readFileSync, readdirSync } from 'node:fs'

/** An Avro schema as JSON: a name, a list of branches or a definition. */
export type AvroSchema = string | readonly AvroSchema[] | AvroDefinition

/** A complex Avro definition with the properties this project reads. */
export type AvroDefinition = {
  readonly type: AvroSchema
  readonly name?: string
  readonly namespace?: string
  readonly doc?: string
  readonly fields?: readonly AvroField[]
  readonly items?: AvroSchema
  readonly logicalType?: string
  /** On a long: read as a BigInt, for values past 2^53. */
  readonly bigint?: boolean
}

/** A field of a record. `pii` marks personal values, `oneOf` names the strings that are valid. */
export type AvroField = {
  readonly name: string
  readonly type: AvroSchema
  readonly doc?: string
  readonly default?: unknown
  readonly pii?: boolean
  readonly oneOf?: readonly string[]
}

const folder = new URL('./avro/', import.meta.url)

const readAll = (): ReadonlyMap<string, AvroDefinition> =>
  new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith('.avsc'))
      .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as AvroDefinition)
      .map((schema) => [schema.name ?? '', schema]),
  )

const definitions = readAll()

/**
 * The self-contained schema of a record: names defined in another file are written out where they are
 * first used, so that one registry subject holds all of it.
 */
export const selfContained = (name: string): AvroDefinition => {
  const seen = new Set<string>()
  const expand = (schema: AvroSchema): AvroSchema => {
    if (typeof schema === 'string') {
      const definition = definitions.get(schema)
      return definition === undefined || seen.has(schema) ? schema : expand(definition)
    }
    if (Array.isArray(schema)) return (schema as readonly AvroSchema[]).map(expand)
    const definition = schema as AvroDefinition
    if (definition.name !== undefined) seen.add(definition.name)
    return {
      ...definition,
      ...(typeof definition.type === 'object' && { type: expand(definition.type) }),
      ...(definition.items !== undefined && { items: expand(definition.items) }),
      ...(definition.fields && {
        fields: definition.fields.map((field) => ({ ...field, type: expand(field.type) })),
      }),
    }
  }
  const root = definitions.get(name)
  if (root === undefined) throw new Error(`no schemas/avro file defines ${name}`)
  return expand(root) as AvroDefinition
}

/** The names of all records that have a file of their own. */
export const recordNames = (): readonly string[] => [...definitions.keys()].sort()
