import type { EventTopic } from '@reprise/schemas/topics.ts'
import type { DocumentStore } from '@reprise/core/ports/document-store.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import type { Position } from '@reprise/core/position.ts'
import type { View, Watermarks } from './progress/watermarks.ts'

/** What queries read from. */
export type Sources = {
  readonly rows: RowStore
  readonly documents: DocumentStore
  readonly watermarks: Pick<Watermarks, 'of'>
  /** How many partitions each event topic has. */
  readonly partitions: Readonly<Record<EventTopic, number>>
  readonly now: () => number
}

/** Up to where a view shows one partition. Ask before reading: what is read later is at least as new. */
export const shownIn = (sources: Sources, view: View, partition: number): readonly Position[] => {
  const watermark = sources.watermarks.of(view, partition)
  return watermark > 0 ? [{ topic: view.from, partition, offset: watermark - 1 }] : []
}

/** Up to where a view shows every partition. */
export const shownInAll = (sources: Sources, view: View): readonly Position[] =>
  Array.from({ length: sources.partitions[view.from] }, (_, partition) =>
    shownIn(sources, view, partition),
  ).flat()
