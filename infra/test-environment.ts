import type { Environment } from './part.ts'

/** What says how tests are run, and nothing of a platform. */
const kept: readonly string[] = ['CACHE', 'JAVA_17', 'JAVA_21', 'DATA', 'DEBUG', 'WRITE_DOCS']

/**
 * The environment for tests: without whatever is set for a platform of ours, be it addresses, ports and state of one that
 * runs, or settings such as its namespace. Tests set what they need.
 */
export const testEnvironmentOf = (env: Environment): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !name.startsWith('REPRISE_') || kept.includes(name.slice('REPRISE_'.length)),
    ),
  )
