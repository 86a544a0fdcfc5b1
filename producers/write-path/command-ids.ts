import type { Remembered } from './command.ts'

/**
 * The ids of accepted commands with their answers (law 5). Written only from what was read back from the log, in its
 * order; so every process remembers the same.
 */
export type CommandIds<Report = unknown> = {
  readonly find: (commandId: string) => Remembered<Report> | undefined
  readonly remember: (commandId: string, recordedAt: number, answer: Remembered<Report>) => void
}

/** How long the same key gives the same answer, by recorded time. */
export const rememberedMs = 24 * 3_600_000

/** All ids of the last 24 hours of the partition's recorded time, in memory. */
export const createCommandIds = <Report>(): CommandIds<Report> => {
  const answers = new Map<string, Remembered<Report> & { readonly recordedAt: number }>()
  return {
    find: (commandId) => answers.get(commandId),
    remember: (commandId, recordedAt, answer) => {
      answers.set(commandId, { ...answer, recordedAt })
      for (const [oldest, { recordedAt: then }] of answers) {
        if (then >= recordedAt - rememberedMs) break
        answers.delete(oldest)
      }
    },
  }
}
