import type { Environment, JavaNeed, Part } from '../part.ts'
import { cacheDirOf } from './cache-dir.ts'
import { fetchJava } from './fetch-java.ts'
import { findJava } from './find-java.ts'
import { damageOf } from './manifest.ts'
import { checkPrerequisites } from './prerequisites.ts'
import { artefactDirOf, resolveArtefact } from './resolve.ts'

/** Where a part's program is, and what runs it; empty where it has none. */
export type Provisions = { readonly artefactDir: string; readonly java: string }

/** Throws unless everything that these parts lack can be fetched. */
export async function checkProvisions(parts: readonly Part[], env: Environment): Promise<void> {
  const cacheDir = cacheDirOf(env)
  const javas = new Set(
    parts.flatMap(({ java }) => java ?? []).filter((need) => findJava(need, env, cacheDir) === undefined),
  )
  const artefacts = parts.flatMap(({ artefact }) => artefact ?? [])
  const damages = await Promise.all(artefacts.map((artefact) => damageOf(artefactDirOf(artefact, cacheDir))))
  await checkPrerequisites(
    {
      artefacts: damages.some((damage) => damage !== undefined),
      javas: [...javas],
      others: parts.flatMap(({ missing }) => missing?.() ?? []),
    },
    env,
  )
}

/** Finds or fetches what a part runs on. Throws with the part's name, when it can't be fetched. */
export async function provide(
  part: Part,
  env: Environment,
  onProgress: (text: string) => void,
): Promise<Provisions> {
  try {
    return await provisionsOf(part, env, onProgress)
  } catch (cause) {
    const words = `what ${part.name} runs on could not be fetched; is there a network? The next start tries again`
    throw new Error(`${words}\n${(cause as Error).message.replace(/^/gm, '  | ')}`, { cause })
  }
}

async function provisionsOf(
  part: Part,
  env: Environment,
  onProgress: (text: string) => void,
): Promise<Provisions> {
  const cacheDir = cacheDirOf(env)
  const java = part.java === undefined ? '' : await provideJava(part.java, env, onProgress)
  if (part.artefact === undefined) return { artefactDir: '', java }
  return { artefactDir: await resolveArtefact(part.artefact, { cacheDir, java, onProgress }), java }
}

async function provideJava(
  need: JavaNeed,
  env: Environment,
  onProgress: (text: string) => void,
): Promise<string> {
  const cacheDir = cacheDirOf(env)
  return findJava(need, env, cacheDir) ?? fetchJava({ need, cacheDir, onProgress })
}
