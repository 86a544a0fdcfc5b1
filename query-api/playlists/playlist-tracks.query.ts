import { z } from 'zod'
import { partitionOf } from '@reprise/schemas/partition.ts'
import { nowhere } from '@reprise/core/layout/column-name.ts'
import { createListReader } from '@reprise/core/readers/list-reader.ts'
import { groupNameOf } from '@reprise/core/quarantine.ts'
import { catalogue, type ShownTrack } from '@reprise/projectors/catalogue.projection.ts'
import { playlistDetails } from '@reprise/projectors/playlist-details.projection.ts'
import { playlistTracks } from '@reprise/projectors/playlist-tracks.projection.ts'
import { namedAnswer } from '../catalogue/catalogue-answers.ts'
import { createKnownTracks } from '../catalogue/known-tracks.ts'
import { schemaOfColumns } from '../column-schema.ts'
import { cursorOf, placeIn } from '../cursor.ts'
import { query } from '../query.ts'
import { cursor, limitUpTo, playlistId, wholeNumber } from '../request-parts.ts'
import type { Sources } from '../sources.ts'
import { createVisiblePlaylist, noPlaylist } from './visible-playlist.ts'

const itemsMax = 500

/** The tracks of a playlist, any part of it in two bounded reads. */
export const playlistTracksQuery = (sources: Sources) => {
  const visible = createVisiblePlaylist(sources)
  const read = createListReader(sources.rows, playlistTracks)
  const known = createKnownTracks(sources)

  return query({
    path: '/v1/playlists/:playlistId/tracks',
    summary: 'The tracks of a playlist in order, with titles and artists',
    description:
      '`offset` jumps to any place. Every page names the `version` that it shows. When the list changes between two ' +
      'pages, the later one shows the newest list and says so in `changed`: begin again for one list of one version.',
    isPersonal: false,
    params: z.object({ playlistId }),
    options,
    answer,
    views: [playlistDetails, playlistTracks, catalogue],
    groups: ({ params }) => [groupNameOf([params.playlistId])],
    show: async ({ params: { playlistId: id }, options: { limit, offset = 0, cursor: token }, caller }) => {
      const list = { view: playlistTracks, list: [id] }
      const begun = token === undefined ? undefined : placeIn(list, place, token)
      const from = begun?.from ?? offset
      const partition = partitionOf(id, sources.partitions[playlistTracks.from])
      const details = await visible(id, caller)
      if (details === undefined) throw noPlaylist(id)
      const watermark = sources.watermarks.of(playlistTracks, partition)
      const slice = await read(id, { from, count: limit })
      const version = versionShown(details, watermark, slice?.streamVersion)
      const length = slice?.length ?? 0
      const next = from + limit
      const items = slice?.items ?? []
      const { tracks, positions } = await known(items.map(({ trackId }) => trackId))
      // The details decide that it is shown, and may name its version.
      const newest = Math.max(slice?.position ?? nowhere, details.position)
      return {
        version,
        body: {
          playlistId: id,
          version,
          total: length,
          offset: from,
          items: items.map((item) => named(item, tracks.get(item.trackId))),
          changed: begun !== undefined && begun.version !== version,
          next: next < length ? cursorOf(list, { from: next, version: begun?.version ?? version }) : null,
        },
        positions: [{ topic: playlistTracks.from, partition, offset: newest }, ...positions],
      }
    },
  })
}

const place = z.object({ from: z.int().min(0), version: z.int() })

const options = z
  .strictObject({
    limit: limitUpTo(itemsMax, 100),
    offset: wholeNumber('offset', 0, 10_000).optional(),
    cursor,
  })
  .refine(({ offset, cursor: token }) => offset === undefined || token === undefined, {
    message: 'give offset or cursor, not both',
    path: ['offset'],
  })

const itemAnswer = schemaOfColumns(playlistTracks.row).extend({
  title: z.string().nullable().meta({ description: 'null for a track that the catalogue does not have' }),
  artists: z.array(namedAnswer),
  durationMs: z.int().nullable(),
})

const named = <Item extends object>(item: Item, track: ShownTrack | undefined) => ({
  ...item,
  title: track?.title ?? null,
  artists: track?.artists ?? [],
  durationMs: track?.durationMs ?? null,
})

const answer = z.strictObject({
  playlistId: z.string(),
  version: z.int(),
  total: z.int(),
  offset: z.int(),
  items: z.array(itemAnswer),
  changed: z.boolean(),
  next: z.string().nullable(),
})

/**
 * The list's own version is that of its last edit. The details may know a later one, which changed no track; it may
 * be named only if the list was known to be as new before it was read.
 */
const versionShown = (
  details: { readonly position: number; readonly value: { readonly streamVersion: number } },
  watermark: number,
  listVersion: number | null | undefined,
): number => {
  const known = listVersion ?? 0
  return watermark > details.position ? Math.max(details.value.streamVersion, known) : known
}
