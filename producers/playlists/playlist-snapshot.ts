import type { SnapshotCodec } from '@reprise/core/snapshot-codec.ts'
import { itemListOf, itemsOf } from './item-list.ts'
import type { PlaylistDetails, PlaylistReport, PlaylistState } from './playlist.decider.ts'

/** Items as two columns: ids of one command differ only in their ends, and tracks repeat. */
type PlaylistJson = Omit<PlaylistState, 'items' | 'collaborators' | 'creation'> & {
  readonly itemIds: readonly string[]
  readonly trackIds: readonly string[]
  readonly collaborators: readonly string[]
  readonly creation: PlaylistState['creation'] | null
}

/** Snapshots of a playlist as commands see it. */
export const playlistSnapshot: SnapshotCodec<PlaylistState> = {
  version: 1,
  toJson: ({ items, collaborators, creation, ...state }): PlaylistJson => {
    const all = itemsOf(items)
    return {
      ...state,
      collaborators: [...collaborators],
      creation: creation ?? null,
      itemIds: all.map(({ itemId }) => itemId),
      trackIds: all.map(({ trackId }) => trackId),
    }
  },
  fromJson: (json) => {
    const { itemIds, trackIds, collaborators, creation, ...state } = json as PlaylistJson
    const items = itemIds.map((itemId, at) => ({ itemId, trackId: trackIds[at] ?? '' }))
    return {
      ...state,
      items: itemListOf(items),
      collaborators: new Set(collaborators),
      creation: creation ?? undefined,
    }
  },
  bytesOf: ({ items, collaborators, ownerId, details, creation }) =>
    besideBytes +
    itemBytes * items.length +
    collaboratorBytes * collaborators.size +
    2 * (ownerId.length + lengthOf(details) + (creation ? reportLength(creation.report) : 0)),
}

/** As V8 keeps them: what every playlist has, an item with its ids and its place in the index, a collaborator's id. */
const [besideBytes, itemBytes, collaboratorBytes] = [1_400, 200, 200]

const lengthOf = ({ name, description }: PlaylistDetails): number => name.length + description.length

/** A creation reports the texts that it was made with, which may have changed since. */
const reportLength = (report: PlaylistReport): number =>
  'created' in report ? lengthOf(report.created) + report.ownerId.length : 0
