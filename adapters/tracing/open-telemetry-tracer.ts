import {
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type SpanContext,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-node'
import { inTime } from '@reprise/core/in-time.ts'
import type { Span, Tracer } from '@reprise/core/ports/tracer.port.ts'

/** How spans leave the process. */
export type TracerOptions = {
  readonly service: string
  /** The share of commands without a trace context that begin a trace. */
  readonly ratio: number
  readonly processor: SpanProcessor
}

/** Spans in batches to an OTLP endpoint over HTTP, such as http://127.0.0.1:4318/v1/traces. */
export const otlpProcessor = (url: string): SpanProcessor =>
  new BatchSpanProcessor(new OTLPTraceExporter({ url }))

const closeMsMax = 2_000
const notTaken = () => new Error(`the last spans were not taken within ${closeMsMax} ms`)

/** The Tracer port on OpenTelemetry. A parent's own choice whether to sample stands. */
export const createOpenTelemetryTracer = ({ service, ratio, processor }: TracerOptions): Tracer => {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [processor],
  })
  const tracer = provider.getTracer('reprise')

  const begin: Tracer['begin'] = ({ name, parent, attributes = {} }): Span => {
    const remote = parent === undefined ? undefined : spanContextOf(parent)
    const context = remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT
    const span = tracer.startSpan(name, { attributes }, context)
    return {
      traceparent: traceparentOf(span.spanContext()),
      end: ({ attributes: more = {}, error } = {}) => {
        span.setAttributes(more)
        if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error })
        span.end()
      },
    }
  }
  // A collector that doesn't answer must not keep a service from ending: what it hasn't taken by then is lost.
  const close = () => inTime(provider.shutdown(), closeMsMax, notTaken).catch(() => undefined)
  return { begin, close }
}

const spanContextOf = (traceparent: string): SpanContext | undefined => {
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-')
  const context = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }
  return isSpanContextValid(context) ? context : undefined
}

const traceparentOf = ({ traceId, spanId, traceFlags }: SpanContext): string | undefined =>
  (traceFlags & TraceFlags.SAMPLED) === 0 ? undefined : `00-${traceId}-${spanId}-01`
