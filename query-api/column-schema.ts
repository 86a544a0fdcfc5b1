import { z } from 'zod'
import type { Column, Columns } from '@reprise/core/columns.ts'
import { wholeNumberFault } from '@reprise/core/value-fault.ts'

/** The schema of a projection's columns in answers, without the ones that stay inside. */
export const schemaOfColumns = <C extends Columns>(columns: C, hidden: readonly (keyof C)[] = []) =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(columns)
        .filter(([name]) => !hidden.includes(name))
        .map(([name, column]) => [name, schemaOf(name, column)]),
    ),
  )

/** The format is told, not checked: zod takes fewer UUIDs than the contract does. */
const schemaOf = (name: string, { schema: { format, ...schema }, isOptional }: Column): z.ZodType => {
  const plain = plainOf(name, schema)
  const value = format === undefined ? plain : plain.meta({ format })
  return isOptional ? value.nullable() : value
}

const plainOf = (name: string, schema: Column['schema']): z.ZodType => {
  try {
    return z.fromJSONSchema(schema)
  } catch (cause) {
    const { message } = cause as Error
    throw new Error(`the JSON Schema of column ${name} can't be used: ${message}. Declare a plainer one`, {
      cause,
    })
  }
}

/** What a column of a key can hold, wherever it comes from. */
export const cellSchemaOf = (column: Column | undefined): z.ZodType<string | number> => {
  if (column?.cell === 'int') return wholeNumberOf(32)
  if (column?.cell === 'bigint') return wholeNumberOf(54)
  return z.string().refine((text) => text.isWellFormed(), 'must be well-formed text')
}

/** A whole number of so many bits, its sign included: below 2^53 at most. */
export const wholeNumberOf = (bits: 32 | 54) =>
  z.number().refine((value) => wholeNumberFault(value, bits) === undefined, {
    message: `must be a whole number from ${-(2 ** (bits - 1))} to ${2 ** (bits - 1) - 1}`,
  })
