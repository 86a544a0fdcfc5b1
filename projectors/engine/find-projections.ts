import { readdir } from 'node:fs/promises'
import type { AnyDeclaration } from './run-projection.ts'

/** Where projections lie: one file each. */
export const projectionsFolder = new URL('../', import.meta.url)

/**
 * Every projection that a file named `*.projection.ts` in the folder exports, by name. @throws when two have the same
 * name and version.
 */
export const findProjections = async (folder: URL): Promise<readonly AnyDeclaration[]> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.projection.ts')).sort()
  const modules = await Promise.all(
    files.map((file) => import(new URL(file, folder).href) as Promise<Record<string, unknown>>),
  )
  const found = modules.flatMap((module) => Object.values(module).filter(isProjection))
  const ids = found.map(({ name, version }) => `${name} v${version}`)
  const double = ids.find((id, at) => ids.indexOf(id) !== at)
  if (double !== undefined) throw new Error(`projection ${double} is declared twice`)
  return found
}

/** Whether a value is the declaration of a view. */
export const isProjection = (value: unknown): value is AnyDeclaration =>
  typeof value === 'object' &&
  value !== null &&
  'from' in value &&
  'store' in value &&
  ('on' in value || 'show' in value)
