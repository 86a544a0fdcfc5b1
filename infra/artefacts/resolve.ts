import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { withLock } from '../supervise/lock.ts'
import { folderOf, pomOf, type Artefact } from './artefact.ts'
import { removeLeftovers } from './leftovers.ts'
import { damageOf, writeManifest } from './manifest.ts'
import { runTool } from './run-tool.ts'

export type Resolution = {
  readonly cacheDir: string
  /** The `java` that runs Maven and whatever the artefact needs to be finished. */
  readonly java: string
  readonly onProgress: (text: string) => void
}

/** Pinned, because the version that Maven chooses by itself differs from one Maven to the next. */
const copyGoal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'

/** Where an artefact is, or will be once resolved. */
export function artefactDirOf(artefact: Artefact, cacheDir: string): string {
  return join(cacheDir, folderOf(artefact))
}

/** Resolves an artefact unless a whole one is in the cache already. Any number of processes may call it at once. */
export async function resolveArtefact(artefact: Artefact, resolution: Resolution): Promise<string> {
  const dir = artefactDirOf(artefact, resolution.cacheDir)
  if ((await damageOf(dir)) === undefined) return dir
  await mkdir(resolution.cacheDir, { recursive: true })
  // One Maven at a time: two that fill the same local repository can damage each other's files.
  await withLock({ path: join(resolution.cacheDir, 'resolve'), waitMs: 1_800_000 }, async () => {
    if ((await damageOf(dir)) === undefined) return
    await resolveInto(dir, artefact, resolution)
  })
  return dir
}

async function resolveInto(
  dir: string,
  artefact: Artefact,
  { cacheDir, java, onProgress }: Resolution,
): Promise<void> {
  const prefix = `.${artefact.name}-`
  await removeLeftovers(cacheDir, prefix)
  const temporary = await mkdtemp(join(cacheDir, prefix))
  try {
    await writeFile(join(temporary, 'pom.xml'), pomOf(artefact))
    await runMaven(temporary, java, onProgress)
    onProgress('unpacking')
    await artefact.finish?.(temporary, { java })
    await writeManifest(temporary)
    // A damaged folder may still be open in a running engine, which keeps its files until it ends.
    await rm(dir, { recursive: true, force: true })
    await rename(temporary, dir)
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function runMaven(dir: string, java: string, onProgress: (text: string) => void): Promise<void> {
  await runTool({
    file: 'mvn',
    // Strict checksums: a download that doesn't match what the repository says is refused.
    args: ['-C', '-Dstyle.color=never', copyGoal, `-DoutputDirectory=${join(dir, 'lib')}`],
    cwd: dir,
    env: { ...process.env, JAVA_HOME: dirname(dirname(java)) },
    onText: mavenProgress(onProgress),
  })
}

function mavenProgress(onProgress: (text: string) => void): (text: string) => void {
  let files = 0
  onProgress('resolving')
  return (text) => {
    files += text.match(/Downloaded from/g)?.length ?? 0
    const share = text
      .match(/Progress \(\d+\): ([^\r\n]*)/g)
      ?.at(-1)
      ?.replace(/^Progress \(\d+\): /, '')
    onProgress(`downloading, ${files} files${share === undefined ? '' : `, ${share.trim()}`}`)
  }
}
