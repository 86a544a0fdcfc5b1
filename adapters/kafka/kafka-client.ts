import { randomUUID } from 'node:crypto'
import './faster-records.ts'
import { Kafka, logLevel, type logCreator } from 'kafkajs'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { stopIdleTimer } from './idle-timer.ts'

/**
 * Members of a group are sorted by ids that begin with this, and take partitions in turn: so the groups of one process
 * have the same partitions of a topic, and who reads plays alone finds the verdicts on them in its own process.
 */
const clientId = `reprise-${randomUUID()}`

/** A kafkajs client that writes to our log and gives up on a request after `requestTimeoutMs`, five seconds by default. */
export const createKafkaClient = (options: {
  readonly brokers: readonly string[]
  readonly logger: Logger
  readonly requestTimeoutMs?: number
}): Kafka => {
  stopIdleTimer()
  return new Kafka({
    brokers: [...options.brokers],
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: options.requestTimeoutMs ?? 5_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator: logTo(options.logger),
  })
}

/** kafkajs calls a normal rebalance or reconnect an error; what matters reaches us as a thrown error or an event. */
const logTo =
  (logger: Logger): logCreator =>
  () =>
  ({ namespace, level, log: { message, timestamp: _timestamp, logger: _logger, ...facts } }) => {
    const write = level === logLevel.ERROR ? logger.warn : logger.debug
    write({ kafkajs: namespace, ...facts }, message)
  }
