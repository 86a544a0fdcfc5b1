import { z } from 'zod'
import { partitionOf } from '@reprise/schemas/partition.ts'
import type { Positioned } from '@reprise/core/layout/column-name.ts'
import type { Position } from '@reprise/core/position.ts'
import { groupNameOf } from '@reprise/core/quarantine.ts'
import { playlistDetails } from '@reprise/projectors/playlist-details.projection.ts'
import { schemaOfColumns } from '../column-schema.ts'
import { query } from '../query.ts'
import { idsOf, playlistId } from '../request-parts.ts'
import type { Sources } from '../sources.ts'
import { without } from '../without.ts'
import { createVisiblePlaylist, noPlaylist, type PlaylistDetails } from './visible-playlist.ts'

/** One playlist, or several at once. */
export const playlistDetailsQueries = (sources: Sources) => {
  const visible = createVisiblePlaylist(sources)
  const positionOf = (id: string, offset: number): Position => ({
    topic: playlistDetails.from,
    partition: partitionOf(id, sources.partitions[playlistDetails.from]),
    offset,
  })

  const one = query({
    path: '/v1/playlists/:playlistId',
    summary: 'The details of a playlist',
    isPersonal: false,
    params: z.object({ playlistId }),
    options: z.strictObject({}),
    answer: playlistAnswer,
    views: [playlistDetails],
    groups: ({ params }) => [groupNameOf([params.playlistId])],
    show: async ({ params, caller }) => {
      const found = await visible(params.playlistId, caller)
      if (found === undefined) throw noPlaylist(params.playlistId)
      const positions = [positionOf(params.playlistId, found.position)]
      return { body: shown(found.value), positions, version: found.value.streamVersion }
    },
  })

  const several = query({
    path: '/v1/playlists',
    summary: 'The details of up to 100 playlists',
    description:
      'In the order asked for; ids of playlists that are not there, or not for you, are in `missing`.',
    isPersonal: false,
    params: z.object({}),
    options: z.strictObject({ ids: idsOf(playlistId) }),
    answer: z.strictObject({ items: z.array(playlistAnswer), missing: z.array(z.string()) }),
    views: [playlistDetails],
    groups: ({ options }) => options.ids.map((id) => groupNameOf([id])),
    show: async ({ options: { ids }, caller }) => {
      const all = await Promise.all(ids.map((id) => visible(id, caller)))
      const found = all.filter((each): each is Positioned<PlaylistDetails> => each !== undefined)
      return {
        body: {
          items: found.map(({ value }) => shown(value)),
          missing: ids.filter((_, at) => all[at] === undefined),
        },
        positions: found.map(({ value, position }) => positionOf(value.playlistId, position)),
      }
    },
  })
  return [one, several]
}

/** What a playlist looks like in answers: `version` is what `If-Match` compares. */
const playlistAnswer = schemaOfColumns(playlistDetails.row, ['streamVersion', 'deleted']).extend({
  version: z.int(),
})

const hidden = ['streamVersion', 'deleted'] as const

const shown = (row: PlaylistDetails) => ({ ...without(row, hidden), version: row.streamVersion })
