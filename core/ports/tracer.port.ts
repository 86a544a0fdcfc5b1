/** Something that took time, linked to what caused it. */
export type Span = {
  /** The span's own W3C trace context, for what it causes; undefined where it isn't sampled. */
  readonly traceparent: string | undefined
  readonly end: (outcome?: SpanOutcome) => void
}

/** What became of it. */
export type SpanOutcome = { readonly attributes?: SpanAttributes; readonly error?: string | undefined }

/** Names as OpenTelemetry's semantic conventions have them, where they have one. */
export type SpanAttributes = Readonly<Record<string, string | number>>

/** Begins spans. Never throws, and never waits. */
export type Tracer = {
  readonly begin: (span: {
    readonly name: string
    /** The trace context that it belongs to; without one the tracer may begin a trace of its own. */
    readonly parent: string | undefined
    readonly attributes?: SpanAttributes
  }) => Span
  /** Sends what has ended, as far as it is taken in a moment. Never rejects. */
  readonly close: () => Promise<void>
}

/** Traces nothing; what comes in with a trace context is handed on. */
export const noTracer: Tracer = {
  begin: ({ parent }) => ({ traceparent: parent, end: () => undefined }),
  close: () => Promise.resolve(),
}

/** A W3C trace context whose sampled flag is set; others are not worth a header in the log. */
export const sampledTrace = (traceparent: string | undefined): string | undefined => {
  const flags = /^00-[\da-f]{32}-[\da-f]{16}-([\da-f]{2})$/.exec(traceparent ?? '')?.[1]
  return flags !== undefined && Number.parseInt(flags, 16) % 2 === 1 ? traceparent : undefined
}
