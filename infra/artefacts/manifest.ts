import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

type Entry = { readonly path: string; readonly size: number; readonly sha256: string }

const fileName = 'manifest.json'

/** Writes down size and sha256 of every file below `dir`. */
export async function writeManifest(dir: string): Promise<void> {
  const entries: Entry[] = []
  for (const path of await filesBelow(dir))
    entries.push({ path, size: (await stat(join(dir, path))).size, sha256: await sha256Of(join(dir, path)) })
  await writeFile(join(dir, fileName), JSON.stringify(entries, null, 1))
}

/**
 * Says what is wrong with an artefact's folder, or undefined when it is whole.
 * Sizes alone take milliseconds, so they are compared at every start; `full` compares contents too.
 */
export async function damageOf(dir: string, full = false): Promise<string | undefined> {
  const text = await readFile(join(dir, fileName), 'utf8').catch(() => undefined)
  if (text === undefined) return 'not resolved yet'
  const entries = entriesIn(text)
  if (entries === undefined) return `${fileName} is cut short`
  for (const { path, size, sha256 } of entries) {
    const found = await stat(join(dir, path)).catch(() => undefined)
    if (found === undefined) return `${path} is missing`
    if (found.size !== size) return `${path} has ${found.size} bytes instead of ${size}`
    if (full && (await sha256Of(join(dir, path))) !== sha256) return `${path} has other contents`
  }
  return undefined
}

function entriesIn(text: string): readonly Entry[] | undefined {
  try {
    return JSON.parse(text) as readonly Entry[]
  } catch {
    return undefined
  }
}

async function filesBelow(dir: string): Promise<string[]> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true })
  return found
    .filter((entry) => entry.isFile() && entry.name !== fileName)
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .sort()
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
