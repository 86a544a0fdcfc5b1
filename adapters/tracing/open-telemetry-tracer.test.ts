import { expect, test } from '@jest/globals'
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { createOpenTelemetryTracer } from './open-telemetry-tracer.ts'

const create = (ratio: number) => {
  const exporter = new InMemorySpanExporter()
  const tracer = createOpenTelemetryTracer({
    service: 'tests',
    ratio,
    processor: new SimpleSpanProcessor(exporter),
  })
  return { exporter, tracer }
}

test('a span belongs to its parent, and names what it was told', () => {
  const { exporter, tracer } = create(0)
  const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const span = tracer.begin({ name: 'one', parent, attributes: { a: 1 } })
  tracer.begin({ name: 'two', parent: span.traceparent }).end({ error: 'it failed' })
  span.end({ attributes: { b: 'c' } })
  const [two, one] = exporter.getFinishedSpans()
  expect(one?.attributes).toEqual({ a: 1, b: 'c' })
  expect(one?.parentSpanContext?.spanId).toBe('b7ad6b7169203331')
  expect(two?.parentSpanContext?.spanId).toBe(one?.spanContext().spanId)
  expect(two?.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c')
  expect(two?.status.message).toBe('it failed')
})

test('without a parent the ratio says whether a trace begins; what is not sampled hands nothing on', () => {
  const never = create(0)
  const unsampled = never.tracer.begin({ name: 'one', parent: undefined })
  unsampled.end()
  expect([unsampled.traceparent, never.exporter.getFinishedSpans().length]).toEqual([undefined, 0])
  const always = create(1)
  const sampled = always.tracer.begin({ name: 'one', parent: undefined })
  sampled.end()
  expect(sampled.traceparent).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-01$/)
  expect(always.exporter.getFinishedSpans()).toHaveLength(1)
})

test.each([
  ['refuses', () => Promise.reject(new Error('connect ECONNREFUSED'))],
  ['never answers', () => new Promise<void>(() => undefined)],
])('a collector that %s keeps nobody from ending', async (_how, shutdown) => {
  const processor = new SimpleSpanProcessor(new InMemorySpanExporter())
  processor.shutdown = shutdown
  const tracer = createOpenTelemetryTracer({ service: 'tests', ratio: 1, processor })
  await expect(tracer.close()).resolves.toBeUndefined()
})
