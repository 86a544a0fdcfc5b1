import { expect, test } from '@jest/globals'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import { createOpenTelemetryTracer } from '@reprise/adapters/tracing/open-telemetry-tracer.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { tracedLog } from '@reprise/core/traced-log.ts'
import { runAll } from './engine/run-all.ts'
import { listeningHistory } from './listening-history.projection.ts'
import { songCounts } from './song-counts.projection.ts'
import { codec } from './testing/codec.ts'
import { until } from './testing/in-memory-run.ts'
import { playOf } from './testing/playback-history.ts'
import { createGate } from './testing/shared-readers.ts'

const meta = {
  eventId: 'event-1',
  commandId: 'one',
  bodyHash: 'hash',
  streamId: 'listener',
  streamVersion: null,
  actorId: 'listener',
  deviceId: null,
  lamport: null,
  occurredAt: 1,
}
const value = codec.encode('playback-events', 'TrackPlayed', { meta, ...playOf('one') })
const headersOf = (traceparent = '') => ({ ce_id: 'event-1', ce_type: 'TrackPlayed', traceparent })

test('a command is linked to the record that it appended and to each projection of that', async () => {
  const exporter = new InMemorySpanExporter()
  const processor = new SimpleSpanProcessor(exporter)
  const tracer = createOpenTelemetryTracer({ service: 'tests', ratio: 1, processor })
  const log = createInMemoryLog({ partitions: 2 })
  const stores = createInMemoryStores()
  const run = await runAll([listeningHistory, songCounts], { log, codec, logger: quiet, stores, tracer })

  const command = tracer.begin({ name: 'POST /v1/plays', parent: undefined })
  const unsampled = { ce_id: 'event-2', ce_type: 'TrackPlayed' }
  const appender = await tracedLog(log, tracer).createAppender('playback-events')
  await appender.append([
    { partition: 0, key: 'listener', value, headers: headersOf(command.traceparent) },
    { partition: 0, key: 'listener', value, headers: unsampled },
  ])
  command.end()

  await until(() => exporter.getFinishedSpans().length >= 5)
  await run.close()
  const spans = exporter.getFinishedSpans()
  const root = spans.find(({ name }) => name === 'POST /v1/plays')?.spanContext()
  const caused = spans.filter(({ parentSpanContext }) => parentSpanContext?.spanId === root?.spanId)
  expect(caused.map(({ name }) => name).sort()).toEqual([
    'append playback-events',
    'project listening-history',
    'project play-index',
    'project song-counts',
  ])
  expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1)
  expect(spans.map(({ attributes }) => attributes['reprise.event.id'])).not.toContain('event-2')
})

test('the span of a projection ends when its row and checkpoint are stored', async () => {
  const exporter = new InMemorySpanExporter()
  const tracer = createOpenTelemetryTracer({
    service: 'tests',
    ratio: 1,
    processor: new SimpleSpanProcessor(exporter),
  })
  const log = createInMemoryLog({ partitions: 2 })
  const { rows, documents } = createInMemoryStores()
  const asked = createGate()
  const gate = createGate()
  const gated: RowStore = {
    ...rows,
    writeTogether: async (table, writes) => {
      if (table.name === 'listening_history_v2') {
        asked.open()
        await gate.passed
      }
      return rows.writeTogether(table, writes)
    },
  }
  const stores = { rows: gated, documents }
  const run = await runAll([listeningHistory], { log, codec, logger: quiet, stores, tracer })
  const command = tracer.begin({ name: 'POST /v1/plays', parent: undefined })
  const appender = await log.createAppender('playback-events')
  const headers = headersOf(command.traceparent)
  await appender.append([{ partition: 0, key: 'listener', value, headers }])
  const isEnded = () => exporter.getFinishedSpans().some(({ name }) => name === 'project listening-history')
  await asked.passed
  expect(isEnded()).toBe(false)
  gate.open()
  await until(isEnded)
  await run.close()
})
