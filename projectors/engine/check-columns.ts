import type { Column, Columns } from '@reprise/core/columns.ts'
import { columnNameOf } from '@reprise/core/layout/column-name.ts'
import { keyColumnsOf, type CountStorage, type RowStorage, type Storage } from '@reprise/core/projection.ts'

/** What is looked at of a declaration. */
type Declared = { readonly row: Columns; readonly store: Storage }

/** Why rows of these columns can't be stored or shown as they are declared, with what to declare instead. */
export const columnsFault = ({ row, store }: Declared): string | undefined => {
  const names = [...new Set([...Object.keys(row), ...keyColumnsOf(store)])]
  const fault = firstOf(names, formFault)
  if (fault !== undefined || store.kind === 'document') return fault
  if (store.kind === 'row') return keyFault(row, store) ?? sharedFault(Object.keys(row))
  return sharedFault(keyColumnsOf(store)) ?? (store.kind === 'count' ? sumFault(row, store) : undefined)
}

const formFault = (name: string): string | undefined =>
  /^[a-z][A-Za-z0-9_]*(?<!_)$/.test(name)
    ? undefined
    : `"${name}" can't name a column. A name is letters, digits and underscores, begins with a small letter and doesn't ` +
      'end in an underscore, as those of the engine do (position_, values_). Rename it'

/** A table can't be made without its key; every row has it, and it is compared as it stands. */
const keyFault = (row: Columns, { partitionKey, clustering }: RowStorage<string>): string | undefined => {
  if (partitionKey.length === 0) return 'cassandraTable has no partitionKey. Name at least one column there'
  const key = [...partitionKey, ...clustering]
  const double = key.find((name, at) => key.indexOf(name) !== at)
  if (double !== undefined)
    return `the key has ${double} twice. Name it once, in partitionKey or in clustering`
  return firstOf(key, (name) => keyColumnFault(name, Object.hasOwn(row, name) ? row[name] : undefined))
}

const keyColumnFault = (name: string, column: Column | undefined): string | undefined => {
  if (column === undefined) return `the key column ${name} isn't in row. Declare it there`
  if (column.isOptional)
    return `the key column ${name} is optional, and every row has its key. Declare it without optional()`
  return column.isStructured || column.cell === 'boolean'
    ? `the key column ${name} is neither a text nor a number. Declare it as text(), uuid(), oneOf(…), int(), long() or instant()`
    : undefined
}

/** One value would overwrite the other. */
const sharedFault = (names: readonly string[]): string | undefined => {
  const [shared] = [...Map.groupBy(names, columnNameOf)].filter(([, alike]) => alike.length > 1)
  if (shared === undefined) return undefined
  const [stored, alike] = shared
  return `the columns ${alike.join(' and ')} would both be stored as ${stored}. Rename one of them`
}

/** Sums are shown beside their key, and slot by slot. */
const sumFault = (row: Columns, { partitionKey, clustering }: CountStorage<string>): string | undefined =>
  firstOf([partitionKey, clustering, 'slot', 'slots'], (name) =>
    Object.hasOwn(row, name)
      ? `no sum can be called ${name}: answers have something else by that name beside the sums. Rename it`
      : undefined,
  )

const firstOf = (
  names: readonly string[],
  faultOf: (name: string) => string | undefined,
): string | undefined => names.map(faultOf).find((fault) => fault !== undefined)
