import type { Log, LogRecord } from '@reprise/core/ports/log.port.ts'
import type { EventTopic } from '@reprise/schemas/topics.ts'

const chunk = 2_000

/** Appends so many records, the next ones made while the last ones are under way. */
export const fillTopic = async (options: {
  readonly log: Log
  readonly topic: EventTopic
  readonly next: () => LogRecord
  readonly count: number
}): Promise<void> => {
  const { log, topic, next, count } = options
  const begin = performance.now()
  const appender = await log.createAppender(topic)
  let underWay: Promise<unknown> = Promise.resolve()
  for (let left = count; left > 0; left -= chunk) {
    const records = Array.from({ length: Math.min(chunk, left) }, next)
    await underWay
    underWay = appender.append(records)
    // Awaited in the next round; until then a failure isn't unhandled.
    underWay.catch(() => undefined)
  }
  await underWay
  await appender.close()
  const perSecond = Math.round((count / (performance.now() - begin)) * 1_000)
  console.log(`${topic}: filled with ${count} events, ${perSecond}/s`)
}
