import type {
  PlaylistCreated,
  PlaylistDetailsChanged,
  PlaylistEdited,
  TrackPlayed,
} from '@reprise/schemas/generated/events.ts'
import type { Judged } from '../log-reading.ts'

/** What a view should hold: by key, the row and the position of the last event that touched it. */
export type Rows = Readonly<Record<string, { readonly position: number; readonly value: unknown }>>

/** What every view should hold. */
export type Folded = Readonly<Record<ViewName, Rows>>
type ViewName =
  | 'playlist-details'
  | 'playlist-tracks'
  | 'playlist-search'
  | 'listening-history'
  | 'song-counts'
  | 'play-totals'

type Writable = Record<string, { position: number; value: unknown }>

/**
 * The views, written down plainly from the words of the design and shared with no projector: arrays, one event after
 * the other, nothing cut into batches, nothing remembered, nothing guarded. The tracks of a playlist stay what they
 * were before a poisoned event.
 */
export const foldOf = (
  playlistEvents: readonly Judged[],
  playbackEvents: readonly Judged[],
  isPoison: (record: Judged) => boolean = () => false,
): Folded => ({
  ...foldPlaylists(inOrder(playlistEvents), isPoison),
  ...foldPlays(inOrder(playbackEvents)),
})

const inOrder = (records: readonly Judged[]): readonly Judged[] =>
  records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset)

type Playlist = { details: Record<string, unknown>; tracks: unknown[]; trackCount: number }

const foldPlaylists = (records: readonly Judged[], isPoison: (record: Judged) => boolean) => {
  const details: Writable = {}
  const tracks: Writable = {}
  const search: Writable = {}
  const playlists = new Map<string, Playlist>()
  const lastOf = new Map<number, string>()
  const poisoned = new Set<string>()
  for (const record of records) {
    const { partition, offset: position, key, eventId, previous, event } = record
    if (previous !== (lastOf.get(partition) ?? '')) continue
    lastOf.set(partition, eventId)
    if (isPoison(record)) poisoned.add(key)
    const { streamVersion, occurredAt } = event.meta
    const playlist = playlists.get(key) ?? { details: {}, tracks: [], trackCount: 0 }
    playlists.set(key, playlist)
    apply(playlist, event.type, event.data, event.meta)
    Object.assign(playlist.details, { streamVersion, changedAt: occurredAt })
    const shown = { ...playlist.details, trackCount: playlist.trackCount }
    details[key] = { position, value: shown }
    if (editing.includes(event.type) && !poisoned.has(key))
      tracks[key] = { position, value: { streamVersion, items: [...playlist.tracks] } }
    search[key] = { position, value: event.type === 'PlaylistDeleted' ? null : foundOf(shown) }
  }
  return { 'playlist-details': details, 'playlist-tracks': tracks, 'playlist-search': search }
}

const apply = (playlist: Playlist, type: string, data: unknown, meta: Judged['event']['meta']): void => {
  const { details } = playlist
  if (type === 'PlaylistCreated') {
    const { name, description, visibility, collaborative } = data as PlaylistCreated
    Object.assign(details, {
      playlistId: meta.streamId,
      ownerId: meta.actorId,
      name,
      visibility,
      collaborative,
    })
    Object.assign(details, { description: description || null, createdAt: meta.occurredAt })
    Object.assign(details, { collaborators: [], deleted: false })
  }
  if (type === 'PlaylistDetailsChanged')
    for (const [name, value] of Object.entries((data as PlaylistDetailsChanged).changes))
      if (value !== null) details[name] = name === 'description' ? value || null : value
  const { userId } = data as { readonly userId: string }
  const collaborators = details['collaborators'] as string[]
  if (type === 'CollaboratorAdded') details['collaborators'] = [...collaborators, userId]
  if (type === 'CollaboratorRemoved')
    details['collaborators'] = collaborators.filter((collaborator) => collaborator !== userId)
  if (type === 'PlaylistDeleted') {
    playlist.tracks = []
    Object.assign(details, { collaborators: [], deleted: true })
  }
  if (type === 'PlaylistEdited') edit(playlist, data as PlaylistEdited)
}

const edit = (playlist: Playlist, { steps, added: more, removed: fewer, meta }: PlaylistEdited): void => {
  const { tracks } = playlist
  for (const { removed, added, moved } of steps) {
    if (removed) tracks.splice(removed.index, 1)
    if (moved) tracks.splice(moved.to, 0, ...tracks.splice(moved.from, 1))
    if (added) {
      const { itemId, trackId, index } = added
      tracks.splice(index, 0, { itemId, trackId, addedBy: meta.actorId, addedAt: meta.occurredAt })
    }
  }
  playlist.trackCount += more - fewer
}

const editing: readonly string[] = ['PlaylistCreated', 'PlaylistEdited', 'PlaylistDeleted']

const foundOf = (details: Readonly<Record<string, unknown>>) => {
  const names = ['playlistId', 'streamVersion', 'ownerId', 'name', 'description', 'visibility', 'changedAt']
  return Object.fromEntries([...names, 'trackCount'].map((name) => [name, details[name]]))
}

const foldPlays = (records: readonly Judged[]) => {
  const history: Writable = {}
  const counts: Writable = {}
  const totals: Writable = {}
  const known = new Set<string>()
  for (const { partition, offset: position, recordedAt, event } of records) {
    const play = event.data as TrackPlayed
    const { identity, trackId, startedAt, msPlayed, durationMs, meta } = play
    if (known.has(`${partition} ${meta.streamId} ${identity}`)) continue
    known.add(`${partition} ${meta.streamId} ${identity}`)
    const skips = event.type === 'TrackSkipped' ? 1 : 0
    const plays =
      msPlayed >= 30_000 || (durationMs !== null && durationMs < 30_000 && msPlayed >= durationMs) ? 1 : 0
    const started = new Date(startedAt)
    const year = started.getUTCFullYear()
    history[[meta.streamId, year, startedAt, identity].join(' ')] = {
      position,
      value: historyRowOf(play, { year, skipped: skips === 1, recordedAt }),
    }
    const amounts = [plays, skips, skips && msPlayed < 30_000 ? 1 : 0]
    const country = play.country ?? '--'
    const [day = '', time = ''] = started.toISOString().split('T')
    count(counts, { key: `${trackId} all ${partition}`, slot: `all:${country}`, amounts, position })
    if (recordedAt <= startedAt + msPlayed + 30 * 86_400_000)
      count(counts, {
        key: `${trackId} ${day} ${partition}`,
        slot: `${time.slice(0, 2)}:${country}`,
        amounts,
        position,
      })
    const entities = [`track/${trackId}`, ...new Set(play.artistIds.map((id) => `artist/${id}`))]
    if (play.albumId !== null) entities.push(`album/${play.albumId}`)
    for (const entity of entities)
      count(totals, { key: `${entity} all ${partition}`, slot: 'all', amounts: [plays], position })
  }
  return { 'listening-history': history, 'song-counts': counts, 'play-totals': totals }
}

type Counted = {
  readonly key: string
  readonly slot: string
  readonly amounts: readonly number[]
  readonly position: number
}

const count = (rows: Writable, { key, slot, amounts, position }: Counted): void => {
  const slots = (rows[key]?.value ?? {}) as Record<string, number[]>
  const sums = slots[slot] ?? amounts.map(() => 0)
  rows[key] = { position, value: { ...slots, [slot]: amounts.map((amount, at) => amount + (sums[at] ?? 0)) } }
}

const historyRowOf = (
  { meta, playId: _playId, import: imported, artistIds, ...play }: TrackPlayed,
  facts: { readonly year: number; readonly skipped: boolean; readonly recordedAt: number },
) => ({
  ...play,
  ...facts,
  userId: meta.streamId,
  deviceId: meta.deviceId,
  imported,
  artistIds: JSON.stringify(artistIds),
})
