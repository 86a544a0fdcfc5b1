import { entityIdOf } from '@reprise/core/catalogue/entity.ts'
import { createRowReader } from '@reprise/core/readers/row-reader.ts'
import { catalogue, type ShownTrack } from '@reprise/projectors/catalogue.projection.ts'
import { inBoundedParallel } from '../in-bounded-parallel.ts'
import type { Sources } from '../sources.ts'

/** The tracks of these ids that the catalogue has. */
export type KnownTracks = (trackIds: readonly string[]) => Promise<ReadonlyMap<string, ShownTrack>>

/** See {@link KnownTracks}. Each track is read once. */
export const createKnownTracks = ({ rows }: Sources): KnownTracks => {
  const reader = createRowReader(rows, catalogue)
  return async (trackIds) => {
    const found = new Map<string, ShownTrack>()
    await inBoundedParallel([...new Set(trackIds)], async (id) => {
      const row = await reader.get({ entity: entityIdOf('track', id) })
      if (row?.value.shown.type === 'track') found.set(id, row.value.shown)
    })
    return found
  }
}
