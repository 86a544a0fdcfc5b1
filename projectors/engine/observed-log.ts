import type { Log, LogBatch, Reader, ReaderOptions } from '@reprise/core/ports/log.port.ts'
import { noTracer, type Span, type Tracer } from '@reprise/core/ports/tracer.port.ts'
import type { Measured, Measures } from './measures.ts'

/** A log that is read for a follower, seen from outside. */
export type ObservedLog = {
  readonly log: Log
  /** To be told when everything below this offset is stored. */
  readonly stored: (partition: number, next: number) => void
  /** Puts another reader in the place of the one that has come to a halt; nothing that the old one does counts any more. */
  readonly replaceReader: () => Promise<void>
  readonly replacements: () => number
}

/** Watches the reading of a group; reading that has none is somebody's second look at a range, and left alone. */
export const observeLog = (log: Log, { measures, tracer = noTracer }: ObserveOptions): ObservedLog => {
  const spans = createOpenSpans()
  let replacements = 0
  let replace = (): Promise<void> => Promise.resolve()

  const read = async (options: ReaderOptions): Promise<Reader> => {
    if (options.group === undefined) return log.read(options)
    let generation = 0
    let isClosed = false
    const begin = () => {
      const mine = ++generation
      return log.read(seen(options, { measures, tracer, spans, isCurrent: () => mine === generation }))
    }
    let reader = await begin()
    replace = async () => {
      if (isClosed) return
      const halted = reader
      replacements++
      reader = await begin()
      // Not awaited: a reader whose batch never ends never ends either.
      void halted.close()
    }
    return {
      rewind: () => reader.rewind(),
      close: () => {
        isClosed = true
        spans.endAll()
        return reader.close()
      },
    }
  }
  return {
    log: { ...log, read },
    stored: (partition, next) => {
      measures.stored(partition, next)
      spans.endBelow(partition, next)
    },
    replaceReader: () => replace(),
    replacements: () => replacements,
  }
}

/** Who is told of what is seen. */
export type ObserveOptions = { readonly measures: Measures; readonly tracer?: Tracer | undefined }

type Seeing = {
  readonly measures: Measures
  readonly tracer: Tracer
  readonly spans: OpenSpans
  readonly isCurrent: () => boolean
}

const seen = (options: ReaderOptions, { measures, tracer, spans, isCurrent }: Seeing): ReaderOptions => ({
  ...options,
  resumeAt: (partition) => {
    if (!isCurrent()) return Promise.resolve(undefined)
    spans.endBelow(partition, Infinity)
    measures.began(partition)
    return options.resumeAt(partition)
  },
  onBatch: async (batch) => {
    if (!isCurrent()) return
    measures.took(batch.partition, batch.records)
    for (const opened of spansOf(batch, measures.of, tracer)) spans.add(opened)
    await options.onBatch(batch)
  },
  onAssigned: (partitions) => {
    if (!isCurrent()) return
    measures.assigned(partitions)
    options.onAssigned?.(partitions)
  },
  onStopped: (reason) => {
    if (isCurrent()) options.onStopped(reason)
  },
})

type OpenSpan = { readonly partition: number; readonly offset: number; readonly span: Span }

/** Spans of records that are not stored yet. */
const createOpenSpans = () => {
  const all = new Set<OpenSpan>()
  const endIf = (isOver: (open: OpenSpan) => boolean) => {
    for (const open of all)
      if (isOver(open)) {
        all.delete(open)
        open.span.end()
      }
  }
  return {
    add: (open: OpenSpan) => all.add(open),
    endBelow: (partition: number, next: number) =>
      endIf((open) => open.partition === partition && open.offset < next),
    endAll: () => endIf(() => true),
  }
}
type OpenSpans = ReturnType<typeof createOpenSpans>

/** A span per sampled record, from when it is read until the view and its checkpoint are stored, or it is read anew. */
const spansOf = ({ partition, records }: LogBatch, { name, version, topic }: Measured, tracer: Tracer) => {
  const spans: OpenSpan[] = []
  for (const { traceparent, offset, eventId, eventType } of records)
    if (traceparent !== undefined)
      spans.push({
        partition,
        offset,
        span: tracer.begin({
          name: `project ${name}`,
          parent: traceparent,
          attributes: {
            'messaging.system': 'kafka',
            'messaging.destination.name': topic,
            'messaging.destination.partition.id': String(partition),
            'messaging.kafka.offset': offset,
            'reprise.event.id': eventId,
            'reprise.event.type': eventType,
            'reprise.projection': name,
            'reprise.projection.version': version,
          },
        }),
      })
  return spans
}
