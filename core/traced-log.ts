import { header } from './event.ts'
import type { Appender, Log, LogRecord } from './ports/log.port.ts'
import type { Span, Tracer } from './ports/tracer.port.ts'

/** The log with a span for every sampled record that is appended, from the call to the broker's acknowledgement. */
export const tracedLog = (log: Log, tracer: Tracer): Log => ({
  ...log,
  createAppender: async (topic) => tracedAppender(await log.createAppender(topic), topic, tracer),
})

const tracedAppender = (appender: Appender, topic: string, tracer: Tracer): Appender => ({
  ...appender,
  append: async (records) => {
    const spans = records.flatMap((record) => spanOf(record, topic, tracer) ?? [])
    if (spans.length === 0) return appender.append(records)
    try {
      const appended = await appender.append(records)
      for (const span of spans) span.end()
      return appended
    } catch (error) {
      for (const span of spans) span.end({ error: (error as Error).message })
      throw error
    }
  },
})

const spanOf = ({ headers, partition }: LogRecord, topic: string, tracer: Tracer): Span | undefined => {
  const parent = headers[header.traceparent]
  if (parent === undefined) return undefined
  const attributes = {
    'messaging.system': 'kafka',
    'messaging.destination.name': topic,
    'messaging.destination.partition.id': String(partition),
    'reprise.event.id': headers[header.id] ?? '',
    'reprise.event.type': headers[header.type] ?? '',
  }
  return tracer.begin({ name: `append ${topic}`, parent, attributes })
}
