import { join } from 'node:path'
import type { Part } from '@reprise/infra/part.ts'

const root = join(import.meta.dirname, '..')

/** A service that is started from a copy of the sources. */
export const startedFrom = (folder: string, part: Part): Part => ({
  ...part,
  command: (context) => {
    const { args, ...command } = part.command(context)
    return { ...command, args: args.map((arg) => arg.replace(root, folder)), cwd: folder }
  },
})
