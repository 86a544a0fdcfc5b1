import { LogBroken, type Log, type Reader, type ReaderOptions } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { patiently } from '../patience.ts'

type Options = {
  readonly log: Log
  readonly logger: Logger
  /** Aborted when nobody needs the reader any more. */
  readonly signal: AbortSignal
}

/**
 * Opens a reader, again and again while the log is away. Whoever gives it up closes what may have been opened meanwhile.
 * @throws {LogBroken} the signal's reason, if it was aborted
 */
export const openPatiently = ({ log, logger, signal }: Options, reading: ReaderOptions): Promise<Reader> =>
  patiently(() => log.read(reading), {
    signal,
    against: isNotBroken,
    onWait: ({ message: reason }) =>
      logger.warn({ topic: reading.topic, reason }, 'a reader did not start; trying again'),
  })

/** A log that is away comes back; a broken one stays so. */
export const isNotBroken = (error: unknown): boolean => !(error instanceof LogBroken)
