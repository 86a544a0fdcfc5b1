import type { Column, Columns } from './columns.ts'
import type { Refusal } from './ports/document-store.port.ts'
import { keyColumnsOf, type Storage } from './projection.ts'
import { type Fault, jsonFault, textFault, type TextLimits, wholeNumberFault } from './value-fault.ts'

/** A handler or key function gave a value that the view's store can't keep, refuses, or would give back as another. */
export class Unstorable extends Error {
  override readonly name = 'Unstorable'
}

/** What is looked at of a projection. */
type Declared = { readonly name: string; readonly row: Columns; readonly store: Storage }

type Row = Readonly<Record<string, unknown>>

/** About as large as an event can be. */
const charsMax = 1_000_000
/** Two hundred items lie in a page, and all pages that an event touches are written at once. */
const itemCharsMax = 4_000
/** Lucene's limit. */
const termBytesMax = 32_766
/** OpenSearch's limit for ids; elsewhere bounds a checkpoint, which may name a thousand keys. */
const keyBytesMax = { document: 512, row: 2_000, pages: 2_000, count: 2_000, effect: 2_000 } as const
const slotLimits: TextLimits = { charsMax: 200, bytesMax: Infinity }
/** A key's slots lie in one value. */
const slotsMax = 20_000

/**
 * Checks that every column of a row, document or item can be stored as it is declared; a column that is the same as
 * before was checked before. @throws {Unstorable} naming projection, column and value
 */
export const createRowCheck = ({ name, row, store }: Declared) => {
  const columns = Object.entries(row).map(([column, declared]) => ({
    column,
    faultOf: columnCheckOf(declared, column, store),
  }))
  return (next: Row, before: Row | null): void => {
    // One that was changed in place is not the one that was checked.
    const checked = next === before ? null : before
    for (const { column, faultOf } of columns) {
      const value = next[column]
      if (checked !== null && value !== undefined && checked[column] === value) continue
      const fault = faultOf(value)
      if (fault) throw unstorable(name, `column ${column}`, fault)
    }
  }
}

/** Checks one part of a key. @throws {Unstorable} */
export const createKeyCheck = ({ name, row, store }: Declared) => {
  const limits = { charsMax: Infinity, bytesMax: keyBytesMax[store.kind] }
  const parts = new Map(
    keyColumnsOf(store).map((column, at) => [column, { column: row[column], isFirst: at === 0, limits }]),
  )
  return (column: string, value: unknown): void => {
    const part = parts.get(column)
    const fault = part && keyFault(value, part)
    if (fault) throw unstorable(name, `key ${column}`, fault)
  }
}

/** Checks the sums of counts, and each slot before it is added to others. @throws {Unstorable} */
export const createCountCheck = ({ name }: Declared) => ({
  sum: (column: string, value: number): void => {
    const fault = wholeNumberFault(value, 54)
    if (fault) throw unstorable(name, `column ${column}`, fault)
  },
  slot: (slot: string, others: number): void => {
    const why = `which is one more than ${slotsMax}`
    const fault = others < slotsMax ? textFault(slot, slotLimits) : { value: slot, why }
    if (fault) throw unstorable(name, 'a slot', fault)
  },
})

/** Checks what an effect sends. @throws {Unstorable} */
export const createBodyCheck =
  ({ name }: Declared) =>
  (body: object): void => {
    const fault = jsonFault(body, { charsMax, bytesMax: Infinity })
    if (fault) throw unstorable(name, 'the body', fault)
  }

/** What the index of a view refuses of a document that passed all checks here. */
export const refusedByIndex = ({ name }: Pick<Declared, 'name'>, { field, reason }: Refusal): Unstorable =>
  new Unstorable(
    `${name}: ${field === undefined ? 'the document' : `field ${field}`} can't be stored, its index refuses it: ${reason}`,
  )

const columnCheckOf = (declared: Column, column: string, store: Storage) => {
  const { cell, isStructured, isOptional } = declared
  const limits = limitsOf(column, store)
  const bits = bitsOf(declared, column, store)
  return (value: unknown): Fault | undefined => {
    if (value === undefined) return { value, why: 'which is no value' }
    if (isStructured) return jsonFault(value, limits)
    if (value === null && isOptional) return undefined
    if (cell === 'text') return textFault(value, limits)
    if (cell === 'boolean')
      return typeof value === 'boolean' ? undefined : { value, why: 'which is neither true nor false' }
    const fault = wholeNumberFault(value, bits)
    const isLong = cell === 'int' && store.kind !== 'document' && wholeNumberFault(value, 54) === undefined
    return fault && isLong ? { ...fault, why: `${fault.why}: declare long()` } : fault
  }
}

type KeyPart = {
  readonly column: Column | undefined
  readonly isFirst: boolean
  readonly limits: TextLimits
}

const keyFault = (value: unknown, { column, isFirst, limits }: KeyPart): Fault | undefined => {
  const isNumber = column === undefined ? typeof value === 'number' : column.cell !== 'text'
  if (isNumber) return wholeNumberFault(value, column?.cell === 'int' ? 32 : 54)
  return value === '' && isFirst ? { value, why: 'and must begin with something' } : textFault(value, limits)
}

/** What counts here of a field's mapping in OpenSearch. */
type Mapping = { readonly type?: string; readonly index?: boolean; readonly doc_values?: boolean }

const mappingOf = (column: string, store: Storage): Mapping =>
  store.kind === 'document' ? (store.mappings[column] ?? {}) : {}

const limitsOf = (column: string, store: Storage): TextLimits => {
  const { type, index, doc_values: docValues } = mappingOf(column, store)
  const isTerm = type === 'keyword' && (index !== false || docValues !== false)
  return {
    charsMax: store.kind === 'pages' ? itemCharsMax : charsMax,
    bytesMax: isTerm ? termBytesMax : Infinity,
  }
}

const mappedBits: Readonly<Record<string, number>> = { byte: 8, short: 16, integer: 32 }

/** Numbers of 64 bits are exact below 2^53 alone. */
const bitsOf = ({ cell }: Column, column: string, store: Storage): number =>
  Math.min(cell === 'int' ? 32 : 54, mappedBits[mappingOf(column, store).type ?? ''] ?? 54)

const unstorable = (name: string, place: string, { value, why, at = '' }: Fault): Unstorable =>
  new Unstorable(`${name}: ${place}${at} can't hold ${shown(value)}, ${why}`)

const shownCharsMax = 60

const shown = (value: unknown): string => {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  if (typeof value !== 'string') return String(value)
  const begun = JSON.stringify(value.slice(0, shownCharsMax))
  return value.length > shownCharsMax ? `${begun}…` : begun
}
