import { createHash } from 'node:crypto'
import type { DocumentIndex } from '../ports/document-store.port.ts'

/**
 * The name of the index that a declaration is stored in: its logical name, and a hash of its mappings and settings in
 * whatever order they are written. So each mapping fills an index of its own, with checkpoints of its own.
 */
export const physicalNameOf = (index: DocumentIndex): string => {
  const known = names.get(index)
  if (known !== undefined) return known
  const { name, mappings, settings = {} } = index
  const made = `${name}-${fingerprintOf([mappings, settings])}`
  names.set(index, made)
  return made
}

/** Asked for with every write, of the same few declarations. */
const names = new WeakMap<DocumentIndex, string>()

/** Whether a physical name is one of this logical name; the bare name was used before there were fingerprints. */
export const isNameOf = (physical: string, name: string): boolean => logicalNameOf(physical) === name

/** The logical name in a physical one. */
export const logicalNameOf = (physical: string): string => physical.replace(/-[0-9a-f]{8}$/, '')

/** Tells declarations apart: eight hexadecimal digits, the same whatever the order of keys. */
export const fingerprintOf = (declared: unknown): string =>
  createHash('sha256').update(JSON.stringify(declared, inKeyOrder)).digest('hex').slice(0, 8)

const inKeyOrder = (_key: string, part: unknown): unknown =>
  typeof part === 'object' && part !== null && !Array.isArray(part)
    ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
    : part
