import type { Configuration } from '@reprise/core/configuration.ts'
import { noTracer, type Tracer } from '@reprise/core/ports/tracer.port.ts'

/** The tracer that the configuration asks for; without an endpoint there is none, and nothing of it is loaded. */
export const createTracer = async (
  service: string,
  { otlp, traceRatio: ratio }: Pick<Configuration, 'otlp' | 'traceRatio'>,
): Promise<Tracer> => {
  if (otlp === undefined) return noTracer
  const { createOpenTelemetryTracer, otlpProcessor } = await import('./open-telemetry-tracer.ts')
  return createOpenTelemetryTracer({ service, ratio, processor: otlpProcessor(otlp) })
}
