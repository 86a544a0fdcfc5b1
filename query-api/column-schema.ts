import { z } from 'zod'
import type { Column, Columns } from '@reprise/core/columns.ts'

/** The schema of a projection's columns in answers, without the ones that stay inside. */
export const schemaOfColumns = <C extends Columns>(columns: C, hidden: readonly (keyof C)[] = []) =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(columns)
        .filter(([name]) => !hidden.includes(name))
        .map(([name, column]) => [name, schemaOf(column)]),
    ),
  )

/** The format is told, not checked: zod takes fewer UUIDs than the contract does. */
const schemaOf = ({ schema: { format, ...schema }, isOptional }: Column): z.ZodType => {
  const plain = z.fromJSONSchema(schema)
  const value = format === undefined ? plain : plain.meta({ format })
  return isOptional ? value.nullable() : value
}
