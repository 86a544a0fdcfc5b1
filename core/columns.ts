import type { CellType } from './ports/row-store.port.ts'

/** One column: how it is stored, and what it is in the API. */
export type Column<T = unknown, Optional extends boolean = boolean> = {
  readonly cell: CellType
  readonly isOptional: Optional
  /** JSON Schema of a value, without null. */
  readonly schema: Readonly<Record<string, unknown>>
  /** Whether values are more than one text, number or truth: lists and objects. */
  readonly isStructured: boolean
  /** A phantom: carries the TypeScript type. */
  readonly value?: T
  readonly optional: () => Column<T, true>
}

/** A row's shape. */
export type Columns = Readonly<Record<string, Column>>

/** The TypeScript type of a row: optional columns may be null, none may be missing. */
export type RowOf<C extends Columns> = {
  readonly [K in keyof C]: C[K] extends Column<infer T, infer Optional>
    ? true extends Optional
      ? T | null
      : T
    : never
}

const columnOf = <T>(
  cell: CellType,
  schema: Readonly<Record<string, unknown>>,
  isStructured = false,
): Column<T, false> => ({
  cell,
  schema,
  isStructured,
  isOptional: false,
  optional: () => ({ ...columnOf<T>(cell, schema, isStructured), isOptional: true }),
})

/** Names the columns of a row. The table, the TypeScript type and the API's schema derive from it. */
export const columns = <const C extends Columns>(shape: C): C => shape

/** Text of any length. */
export const text = () => columnOf<string>('text', { type: 'string' })

/** A UUID as text. */
export const uuid = () => columnOf<string>('text', { type: 'string', format: 'uuid' })

/** A whole number of 32 bits: up to two thousand million. As milliseconds that is 24 days; see {@link long}. */
export const int = () => columnOf<number>('int', { type: 'integer', format: 'int32' })

/** A whole number below 2^53. */
export const long = () => columnOf<number>('bigint', { type: 'integer', format: 'int64' })

/** Milliseconds since 1970 UTC. */
export const instant = () => columnOf<number>('bigint', { type: 'integer', format: 'int64' })

/** True or false. */
export const boolean = () => columnOf<boolean>('boolean', { type: 'boolean' })

/** One of the given texts. */
export const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  columnOf<T[number]>('text', { type: 'string', enum: values })

/** A list or an object, by the JSON Schema of its value. In rows it is kept as JSON. */
export const json = <T>(schema: Readonly<Record<string, unknown>>) => columnOf<T>('text', schema, true)
