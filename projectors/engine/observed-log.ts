import type { Log, LogBatch, Reader, ReaderOptions } from '@reprise/core/ports/log.port.ts'
import { noTracer, type Span, type Tracer } from '@reprise/core/ports/tracer.port.ts'
import type { Measured, Measures } from './measures.ts'

/** A log that is read for a follower, seen from outside. */
export type ObservedLog = {
  readonly log: Log
  /** Puts another reader in the place of the one that has come to a halt; nothing that the old one does counts any more. */
  readonly replaceReader: () => Promise<void>
  readonly replacements: () => number
}

/** Watches the reading of a group; reading that has none is somebody's second look at a range, and left alone. */
export const observeLog = (log: Log, { measures, tracer = noTracer }: ObserveOptions): ObservedLog => {
  let replacements = 0
  let replace = (): Promise<void> => Promise.resolve()

  const read = async (options: ReaderOptions): Promise<Reader> => {
    if (options.group === undefined) return log.read(options)
    let generation = 0
    let isClosed = false
    const begin = () => {
      const mine = ++generation
      return log.read(seen(options, { measures, tracer, isCurrent: () => mine === generation }))
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
        return reader.close()
      },
    }
  }
  return { log: { ...log, read }, replaceReader: () => replace(), replacements: () => replacements }
}

/** Who is told of what is seen. */
export type ObserveOptions = { readonly measures: Measures; readonly tracer?: Tracer | undefined }

type Seeing = { readonly measures: Measures; readonly tracer: Tracer; readonly isCurrent: () => boolean }

const seen = (options: ReaderOptions, { measures, tracer, isCurrent }: Seeing): ReaderOptions => ({
  ...options,
  resumeAt: (partition) => (isCurrent() ? options.resumeAt(partition) : Promise.resolve(undefined)),
  onBatch: async (batch) => {
    if (!isCurrent()) return
    measures.took(batch.partition, batch.records)
    const spans = spansOf(batch, measures.of, tracer)
    await options.onBatch(batch)
    for (const span of spans) span.end()
    if (isCurrent()) measures.finished(batch.partition, (batch.records.at(-1)?.offset ?? -1) + 1)
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

/**
 * A span per sampled record, from when it is read until the view and its checkpoint are stored; far behind the end of the
 * log, until it is taken in.
 */
const spansOf = ({ partition, records }: LogBatch, { name, version, topic }: Measured, tracer: Tracer) => {
  const spans: Span[] = []
  for (const { traceparent, offset, eventId, eventType } of records)
    if (traceparent !== undefined)
      spans.push(
        tracer.begin({
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
      )
  return spans
}
