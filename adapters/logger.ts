import { type Logger as Pino, pino } from 'pino'
import type { Logger } from '@reprise/core/ports/logger.port.ts'

/**
 * Logs JSON lines to stdout. Whatever a caller passes by mistake, these fields are never written: they hold tokens.
 */
export const createLogger = ({ service, level }: LoggerOptions): Logger => {
  const log: Pino = pino({
    level,
    base: { service, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secrets, censor: '[withheld]' },
    serializers: { error: pino.stdSerializers.err, err: pino.stdSerializers.err },
  })
  return {
    debug: (facts, message) => log.debug(facts, message),
    info: (facts, message) => log.info(facts, message),
    warn: (facts, message) => log.warn(facts, message),
    error: (facts, message) => log.error(facts, message),
  }
}

type LoggerOptions = {
  readonly service: string
  readonly level: 'debug' | 'info' | 'warn' | 'error'
}

const names = ['authorization', 'Authorization', 'token', 'cookie', 'password']
const secrets = names.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
