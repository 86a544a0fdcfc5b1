import type { Caller } from '@reprise/core/caller.ts'
import type { RowOf } from '@reprise/core/columns.ts'
import type { Positioned } from '@reprise/core/layout/column-name.ts'
import { Problem } from '@reprise/core/problem.ts'
import { createRowReader } from '@reprise/core/readers/row-reader.ts'
import { playlistDetails } from '@reprise/projectors/playlist-details.projection.ts'
import type { Sources } from '../sources.ts'

/** The details of a playlist as the view has them. */
export type PlaylistDetails = RowOf<typeof playlistDetails.row>

/** A playlist that the caller may see; undefined where there is none, or none for them: the two look the same. */
export type VisiblePlaylist = (
  playlistId: string,
  caller: Caller | undefined,
) => Promise<Positioned<PlaylistDetails> | undefined>

/** See {@link VisiblePlaylist}. */
export const createVisiblePlaylist = ({ rows }: Sources): VisiblePlaylist => {
  const details = createRowReader(rows, playlistDetails)
  return async (playlistId, caller) => {
    const found = await details.get({ playlistId })
    return found && isVisible(found.value, caller) ? found : undefined
  }
}

/** Public playlists are readable by everyone, private ones by their owner and their collaborators. */
export const isVisible = (
  { deleted, visibility, ownerId, collaborators }: PlaylistDetails,
  caller: Caller | undefined,
): boolean =>
  !deleted &&
  (visibility === 'public' ||
    (caller !== undefined && (ownerId === caller.userId || collaborators.includes(caller.userId))))

/** The problem of a playlist that isn't there, or not for this caller. */
export const noPlaylist = (playlistId: string): Problem =>
  new Problem('not-found', `there is no playlist ${playlistId} that you may see`)
