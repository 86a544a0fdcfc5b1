/** Writes generated/events.ts from the .avsc files. Run by `npm run generate`; a test holds the result to the files. */
import { writeFileSync } from 'node:fs'
import {
  type AvroDefinition,
  type AvroField,
  type AvroSchema,
  recordNames,
  selfContained,
} from './avro-files.ts'

const primitives: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Buffer',
  string: 'string',
}

/** The TypeScript source of every record type, in the order in which they are first used. */
export const typescriptOf = (names: readonly string[]): string => {
  const written = new Map<string, string>()
  for (const name of names) typeOf(selfContained(name), written)
  const events = names.filter((name) => selfContained(name).fields?.[0]?.name === 'meta')
  return [
    '// Generated from schemas/avro by `npm run generate`. Do not edit.',
    ...written.values(),
    `/** Every event by the name of its type. */\nexport type EventTypes = {\n${events.map((name) => `  readonly ${name}: ${name}\n`).join('')}}`,
    '',
  ].join('\n\n')
}

const typeOf = (schema: AvroSchema, written: Map<string, string>, field?: AvroField): string => {
  if (typeof schema === 'string') {
    if (schema === 'string' && field?.oneOf) return field.oneOf.map((value) => `'${value}'`).join(' | ')
    return primitives[schema] ?? schema
  }
  if (Array.isArray(schema))
    return (schema as readonly AvroSchema[]).map((branch) => typeOf(branch, written, field)).join(' | ')
  const definition = schema as AvroDefinition
  if (definition.type === 'record') return recordOf(definition, written)
  if (definition.type === 'array')
    return `readonly ${arrayItem(typeOf(definition.items ?? 'null', written))}[]`
  if (definition.type === 'long' && definition.bigint) return 'bigint'
  return typeOf(definition.type, written, field)
}

const arrayItem = (item: string) => (item.includes('|') ? `(${item})` : item)

const recordOf = (definition: AvroDefinition, written: Map<string, string>): string => {
  const name = definition.name ?? ''
  written.set(name, '')
  const fields = (definition.fields ?? []).map(
    (field) =>
      `  /** ${field.doc ?? ''}${field.pii ? ' Personal.' : ''} */\n  readonly ${field.name}: ${typeOf(field.type, written, field)}\n`,
  )
  const source = `/** ${definition.doc ?? ''} */\nexport type ${name} = {\n${fields.join('')}}`
  written.delete(name)
  written.set(name, source)
  return name
}

if (import.meta.main)
  writeFileSync(new URL('./generated/events.ts', import.meta.url), typescriptOf(recordNames()))
