import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Patch } from './planted-bugs.ts'

const root = join(import.meta.dirname, '..', '..')

/** A copy of the sources with the patches in it, runnable where it lies, until `remove`. */
export type PatchedSources = { readonly folder: string; readonly remove: () => Promise<void> }

/**
 * Copies the workspaces, so that nothing outside the copy notices, and patches them.
 * @throws when a patch does not match exactly once: the code it changes has moved, and it must follow.
 */
export const sourcesWith = async (patches: readonly Patch[]): Promise<PatchedSources> => {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-planted-'))
  const { workspaces } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly workspaces: readonly string[]
  }
  for (const workspace of workspaces) await copied(workspace, folder)
  await cp(join(root, 'package.json'), join(folder, 'package.json'))
  await linkModules(folder, workspaces)
  for (const patch of patches) await apply(folder, patch)
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

const copied = (workspace: string, folder: string): Promise<void> =>
  cp(join(root, workspace), join(folder, workspace), {
    recursive: true,
    filter: (path) => !path.endsWith('node_modules'),
  })

/** Packages from the registry are shared; ours are those of the copy. */
const linkModules = async (folder: string, workspaces: readonly string[]): Promise<void> => {
  const modules = join(folder, 'node_modules')
  await mkdir(join(modules, '@reprise'), { recursive: true })
  for (const name of await readdir(join(root, 'node_modules')))
    if (name !== '@reprise') await symlink(join(root, 'node_modules', name), join(modules, name))
  for (const workspace of workspaces) {
    await symlink(join(folder, workspace), join(modules, '@reprise', workspace))
    const own = join(root, workspace, 'node_modules')
    if (existsSync(own)) await symlink(own, join(folder, workspace, 'node_modules'))
  }
}

const apply = async (folder: string, { file, find, replace }: Patch): Promise<void> => {
  const path = join(folder, file)
  const parts = (await readFile(path, 'utf8')).split(find)
  if (parts.length !== 2)
    throw new Error(`the patch of ${file} matches ${parts.length - 1} times, not once: ${find}`)
  await writeFile(path, parts.join(replace))
}
