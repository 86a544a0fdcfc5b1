import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AnyDeclaration } from './run-projection.ts'

/** Where projections lie: one file each. */
export const projectionsFolder = new URL('../', import.meta.url)

/**
 * Every projection that a file named `*.projection.ts` in the folder exports, by name. @throws when two have the same
 * name and version, or a file can't be loaded or has none.
 */
export const findProjections = async (folder: URL): Promise<readonly AnyDeclaration[]> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.projection.ts')).sort()
  const found = (await Promise.all(files.map((file) => declarationsIn(new URL(file, folder))))).flat()
  const ids = found.map(({ name, version }) => `${name} v${version}`)
  const double = ids.find((id, at) => ids.indexOf(id) !== at)
  if (double !== undefined) throw new Error(`projection ${double} is declared twice`)
  return found
}

/** The projections that a file exports, at least one. @throws with the file, and the line if it can't be loaded. */
export const declarationsIn = async (file: URL): Promise<readonly AnyDeclaration[]> => {
  const name = basename(fileURLToPath(file))
  const module = await (import(file.href) as Promise<Readonly<Record<string, unknown>>>).catch(
    (cause: unknown) => {
      const { message, stack = '' } = cause as Error
      throw new Error(`${placeIn(stack) ?? name} can't be loaded: ${message}`, { cause })
    },
  )
  const found = Object.values(module).filter(isProjection)
  if (found.length > 0) return found
  throw new Error(`${name} exports no projection, as in: export const artistFans = projection({ … })`)
}

/** File and line where a stack begins, but for Node's own. Node names no file in the message of a SyntaxError. */
const placeIn = (stack: string): string | undefined => {
  const [, path, line] = /(?:^|[\s(]|file:\/\/)(\/[^\s():]+\.\w+):(\d+)/m.exec(stack) ?? []
  return path === undefined ? undefined : `${basename(path)}:${line}`
}

/** Whether a value is the declaration of a view. */
const isProjection = (value: unknown): value is AnyDeclaration =>
  typeof value === 'object' &&
  value !== null &&
  'from' in value &&
  'store' in value &&
  ('on' in value || 'show' in value)
