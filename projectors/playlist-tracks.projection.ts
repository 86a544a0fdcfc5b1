import type { EditStep } from '@reprise/schemas/generated/events.ts'
import { columns, instant, text } from '@reprise/core/columns.ts'
import type { RowOf } from '@reprise/core/columns.ts'
import type { PageListDraft } from '@reprise/core/page-list.ts'
import { cassandraPages, projection, quarantineKey } from '@reprise/core/projection.ts'

const item = columns({ itemId: text(), trackId: text(), addedBy: text(), addedAt: instant() })

/** The tracks of a playlist in order: an item has an identity of its own, a track may stand in a list more than once. */
export const playlistTracks = projection({
  name: 'playlist-tracks',
  version: 1,
  from: 'playlist-events',
  row: item,
  store: cassandraPages({ partitionKey: 'playlistId' }),
  key: ({ meta }) => ({ playlistId: meta.streamId }),
  on: {
    // A new playlist has a list, which is empty.
    PlaylistCreated: () => undefined,
    PlaylistEdited: (list, { meta, data }) => {
      const added = { addedBy: meta.actorId, addedAt: meta.occurredAt }
      for (const step of data.steps) apply(list, step, added)
    },
    PlaylistDeleted: (list) => list.clear(),
  },
  onFailure: quarantineKey({ attempts: 3 }),
})

type Item = RowOf<typeof item>

const apply = (
  list: PageListDraft<Item>,
  { removed, added, moved }: EditStep,
  by: Pick<Item, 'addedBy' | 'addedAt'>,
): void => {
  if (removed) expectItem(list.remove(removed.index), removed)
  if (added) list.insert(added.index, { itemId: added.itemId, trackId: added.trackId, ...by })
  if (moved) list.move(moved.from, moved.to)
}

/** The event was decided on exactly this list (law 3); another item here means that the view is wrong. */
const expectItem = (found: Item, { itemId, index }: { readonly itemId: string; readonly index: number }) => {
  if (found.itemId !== itemId)
    throw new Error(`item ${itemId} should stand at ${index}, and ${found.itemId} does`)
}
