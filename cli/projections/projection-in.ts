import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AnyProjection } from '@reprise/core/projection.ts'
import { declarationsIn } from '@reprise/projectors/engine/find-projections.ts'

/** The projection that a file exports. @throws when there is none, or one that can't be tried. */
export const projectionIn = async (file: string): Promise<AnyProjection> => {
  if (!existsSync(file)) throw new Error(`there is no file ${file}`)
  const [found, ...others] = await declarationsIn(pathToFileURL(resolve(file)))
  if (found === undefined || others.length > 0)
    throw new Error(`${file} exports several projections; give the one to be tried a file of its own`)
  if ('show' in found)
    throw new Error(`${found.name} shows entities of the catalogue, which a few newest changes don't make up`)
  return found
}
