import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Deletes the temporary folders of whoever was interrupted in the middle, which nobody else would. For the holder of the
 * lock under which they are made: any that is there belongs to nobody.
 */
export async function removeLeftovers(cacheDir: string, prefix: string): Promise<void> {
  const names = (await readdir(cacheDir)).filter((name) => name.startsWith(prefix))
  await Promise.all(names.map((name) => rm(join(cacheDir, name), { recursive: true, force: true })))
}
