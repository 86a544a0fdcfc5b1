import { entityIdOf } from '@reprise/core/catalogue/entity.ts'
import { columns, int } from '@reprise/core/columns.ts'
import { partialCount, projection, quarantineKey } from '@reprise/core/projection.ts'
import { isCountedStream } from './counted-stream.ts'

/** The only row of an entity. */
export const ofAllTime = 'all'

const counted = ({ data }: { readonly data: Parameters<typeof isCountedStream>[0] }) => [
  { slot: ofAllTime, add: { plays: isCountedStream(data) ? 1 : 0 } },
]

/**
 * The counted streams of all time, of every track and, as far as the catalogue knew the track, of its artists and its
 * album.
 */
export const playTotals = projection({
  name: 'play-totals',
  version: 1,
  from: 'playback-events',
  row: columns({ plays: int() }),
  store: partialCount({ partitionKey: 'entity', clustering: 'window' }),
  key: ({ data: { trackId, artistIds, albumId } }) =>
    [
      entityIdOf('track', trackId),
      ...new Set(artistIds.map((id) => entityIdOf('artist', id))),
      ...(albumId === null ? [] : [entityIdOf('album', albumId)]),
    ].map((entity) => ({ entity, window: ofAllTime })),
  on: { TrackPlayed: counted, TrackSkipped: counted },
  onFailure: quarantineKey({ attempts: 3 }),
})
