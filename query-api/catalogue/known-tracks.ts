import { entityIdOf } from '@reprise/core/catalogue/entity.ts'
import type { Position } from '@reprise/core/position.ts'
import { createRowReader } from '@reprise/core/readers/row-reader.ts'
import { catalogue, type ShownTrack } from '@reprise/projectors/catalogue.projection.ts'
import { inBoundedParallel } from '../in-bounded-parallel.ts'
import { shownBy } from '../shown-positions.ts'
import { shownInAll, type Sources } from '../sources.ts'

/** The tracks of these ids that the catalogue has, and the positions that are shown with them. */
export type KnownTracks = (trackIds: readonly string[]) => Promise<{
  readonly tracks: ReadonlyMap<string, ShownTrack>
  readonly positions: readonly Position[]
}>

/** See {@link KnownTracks}. Each track is read once. */
export const createKnownTracks = (sources: Sources): KnownTracks => {
  const reader = createRowReader(sources.rows, catalogue)
  return async (trackIds) => {
    const before = trackIds.length > 0 ? shownInAll(sources, catalogue) : []
    const tracks = new Map<string, ShownTrack>()
    const read: Position[] = []
    await inBoundedParallel([...new Set(trackIds)], async (id) => {
      const row = await reader.find({ entity: entityIdOf('track', id) })
      if (row) read.push({ topic: catalogue.from, partition: 0, offset: row.position })
      if (row?.value?.shown.type === 'track') tracks.set(id, row.value.shown)
    })
    return { tracks, positions: shownBy(before, read) }
  }
}
