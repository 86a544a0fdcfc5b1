import type { Logger } from './ports/logger.port.ts'

/** Says nothing: for commands that print their own words, benches and tests. */
export const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}
