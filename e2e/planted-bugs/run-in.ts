import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Patch } from './planted-bugs.ts'
import { sourcesWith } from './sources-with.ts'

/** How a run in patched sources ended, and what it printed. */
export type Run = { readonly code: number | null; readonly printed: string }

/** Runs a script of ours, named from the root of the sources, in a copy of them with these patches. */
export const runIn = async (
  patches: readonly Patch[],
  script: string,
  args: readonly string[],
): Promise<Run> => {
  const { folder, remove } = await sourcesWith(patches)
  try {
    const flags = ['--disable-warning=TimeoutNegativeWarning', join(folder, script), ...args]
    const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(child, 'close')
    let printed = ''
    for await (const chunk of child.stdout) printed += String(chunk)
    const [code] = (await ended) as [number | null]
    return { code, printed }
  } finally {
    await remove()
  }
}
