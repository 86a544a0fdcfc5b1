import type { EditStep } from '@reprise/schemas/generated/events.ts'
import type { HistoryWriter, TestEvent } from './history-writer.ts'
import type { Random } from './random.ts'

/** A playlist created by hand. */
export const createdPlaylist = (name: string): TestEvent => ({
  type: 'PlaylistCreated',
  data: { name, description: '', visibility: 'public', collaborative: false },
})

/** The event of an edit. */
export const editedPlaylist = (steps: readonly EditStep[]): TestEvent => ({
  type: 'PlaylistEdited',
  data: {
    steps,
    added: steps.filter(({ added }) => added !== null).length,
    removed: steps.filter(({ removed }) => removed !== null).length,
    alreadyGone: [],
  },
})

/** Adds an item. */
export const addStep = (index: number, itemId: string): EditStep => ({
  added: { index, itemId, trackId: `track of ${itemId}` },
  removed: null,
  moved: null,
})

/** One random edit of a plain list of item ids, applied to it. */
export const randomStep = (items: string[], newId: string, random: Random): EditStep => {
  const kind = items.length === 0 ? 0 : random.below(4)
  if (kind < 2) {
    const index = random.chance(0.5) ? items.length : random.below(items.length + 1)
    items.splice(index, 0, newId)
    return addStep(index, newId)
  }
  const index = random.below(items.length)
  const [itemId = ''] = items.splice(index, 1)
  if (kind === 2)
    return { removed: { index, itemId, trackId: `track of ${itemId}` }, added: null, moved: null }
  const to = random.below(items.length + 1)
  items.splice(to, 0, itemId)
  return { moved: { from: index, to, itemId }, added: null, removed: null }
}

/** Random lives of a few playlists, with superseded records between them unless told otherwise. */
export const writePlaylistHistory = (
  { append }: HistoryWriter,
  random: Random,
  { events, noise = true }: { readonly events: number; readonly noise?: boolean },
): ReadonlyMap<string, readonly string[]> => {
  const lists = new Map<string, string[]>()
  const open = new Set<string>()
  for (let count = 0; count < events; count++) {
    if (random.chance(0.25)) {
      const id = random.pick(['playlist-0', 'playlist-1', 'elsewhere'])
      if (noise) append(id, createdPlaylist(`superseded ${count}`), { superseded: true })
    }
    if (open.size === 0 || (lists.size < 6 && random.chance(0.1))) {
      const id = `playlist-${lists.size}`
      lists.set(id, [])
      open.add(id)
      append(id, createdPlaylist(`Name of ${id}`), { actorId: `user-${random.below(3)}` })
      continue
    }
    const id = random.pick([...open])
    const items = lists.get(id) ?? []
    const kind = random.below(30)
    if (kind === 0 && open.size > 1) {
      append(id, { type: 'PlaylistDeleted', data: {} })
      open.delete(id)
      items.length = 0
    } else if (kind < 6) append(id, changedDetails(count, random))
    else if (kind === 6) append(id, { type: 'CollaboratorAdded', data: { userId: `friend-${count}` } })
    else if (kind === 7) append(id, { type: 'CollaboratorRemoved', data: { userId: `friend-${count - 5}` } })
    else {
      const steps = Array.from({ length: 1 + random.below(kind > 27 ? 150 : 8) }, (_, at) =>
        randomStep(items, `item-${count}-${at}`, random),
      )
      append(id, editedPlaylist(steps))
    }
  }
  return lists
}

const changedDetails = (count: number, random: Random): TestEvent => ({
  type: 'PlaylistDetailsChanged',
  data: {
    changes: {
      name: random.chance(0.5) ? `Renamed ${count}` : null,
      description: random.chance(0.5) ? random.pick(['', `About ${count}`]) : null,
      visibility: random.chance(0.3) ? random.pick(['public', 'private'] as const) : null,
      collaborative: random.chance(0.3) ? random.chance(0.5) : null,
    },
  },
})
