import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AnyProjection } from '@reprise/core/projection.ts'
import { isProjection } from '@reprise/projectors/engine/find-projections.ts'

/** The projection that a file exports. @throws when there is none, or one that can't be tried. */
export const projectionIn = async (file: string): Promise<AnyProjection> => {
  const module = (await import(pathToFileURL(resolve(file)).href)) as Readonly<Record<string, unknown>>
  const found = Object.values(module).find(isProjection)
  if (found === undefined) throw new Error(`${file} exports no projection`)
  if ('show' in found)
    throw new Error(`${found.name} shows entities of the catalogue, which a few newest changes don't make up`)
  return found
}
