import type { DocumentIndex, Refusal } from '@reprise/core/ports/document-store.port.ts'

/** What is looked at of a field's mapping. */
type Mapping = {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Mapping>>
  readonly dynamic?: unknown
  readonly enabled?: boolean
  readonly index?: boolean
  readonly doc_values?: boolean
}

const bits: Readonly<Record<string, number>> = { byte: 8, short: 16, integer: 32, long: 64 }
const termBytesMax = 32_766

/** Why OpenSearch would refuse a document for its structure, or for a value; undefined where it wouldn't. */
export const mappingFaultOf = ({ mappings }: DocumentIndex, document: object): Refusal | undefined =>
  faultInObject({ mapping: { dynamic: 'strict', ...mappings }, isStrict: false, at: '' }, document)

type Place = { readonly mapping: Mapping; readonly isStrict: boolean; readonly at: string }

/** Whatever lies deeper is as strict as what is around it, unless it says otherwise. */
const faultInObject = ({ mapping, isStrict: before, at }: Place, object: object): Refusal | undefined => {
  const { properties = {}, dynamic } = mapping
  const isStrict = dynamic === undefined ? before : dynamic === 'strict'
  for (const [name, value] of Object.entries(object) as [string, unknown][]) {
    if (value === undefined) continue
    const field = at === '' ? name : `${at}.${name}`
    const known = properties[name]
    const fault =
      known === undefined
        ? isStrict && { field, reason: `strict_dynamic_mapping_exception: [${field}] is not allowed` }
        : faultsIn({ mapping: known, isStrict, at: field }, value)
    if (fault) return fault
  }
  return undefined
}

const faultsIn = (place: Place, value: unknown): Refusal | undefined => {
  if (!Array.isArray(value)) return faultIn(place, value)
  for (const one of value as unknown[]) {
    const fault = faultsIn(place, one)
    if (fault) return fault
  }
  return undefined
}

const faultIn = (place: Place, value: unknown): Refusal | undefined => {
  const { mapping, at: field } = place
  const { type = 'object', enabled = true } = mapping
  if (!enabled || value === null) return undefined
  const isObject = typeof value === 'object'
  if (type === 'object' || type === 'nested')
    return isObject
      ? faultInObject(place, value)
      : { field, reason: `mapper_parsing_exception: [${field}] is no object` }
  return isHeld(mapping, value)
    ? undefined
    : { field, reason: `mapper_parsing_exception: failed to parse field [${field}] of type [${type}]` }
}

const isHeld = ({ type = '', index, doc_values: docValues }: Mapping, value: unknown): boolean => {
  if (type in bits) return isWhole(value, bits[type] ?? 0)
  if (type === 'boolean') return value === '' || ['true', 'false'].includes(JSON.stringify(value))
  if (type !== 'text' && type !== 'keyword') return true
  const isTerm = type === 'keyword' && (index !== false || docValues !== false)
  const isShort = typeof value !== 'string' || Buffer.byteLength(value) <= termBytesMax
  return typeof value !== 'object' && (!isTerm || isShort)
}

/** OpenSearch reads numbers in texts, and cuts off what follows the point. */
const isWhole = (value: unknown, width: number): boolean => {
  const isNumber = typeof value === 'number' || (typeof value === 'string' && value !== '')
  const number = isNumber ? Math.trunc(Number(value)) : NaN
  return number < 2 ** (width - 1) && number >= -(2 ** (width - 1))
}
