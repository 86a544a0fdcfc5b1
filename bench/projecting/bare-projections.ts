import type {
  PlaylistDetailsChanged,
  PlaylistEdited,
  TrackPlayed,
} from '@reprise/schemas/generated/events.ts'

/** A write of the bare driver. KS stands for the keyspace. */
export type Write = { readonly query: string; readonly params: unknown[] }

/** Decoded events of one partition. */
export type Batch = {
  readonly partition: number
  readonly events: readonly {
    readonly type: string
    readonly value: unknown
    readonly offset: number
    readonly recordedAt: number
  }[]
}

/** What a projection does, written by hand for speed alone: its tables, and what a batch writes, by Cassandra partition. */
export type BareProjection = {
  readonly tables: readonly string[]
  readonly writesOf: (batch: Batch) => readonly (readonly Write[])[]
}

type Days = Map<string, readonly [row: { readonly slots: object }, offset: number]>

const songCounts = (): BareProjection => {
  const query =
    'INSERT INTO KS.counts (track, day, part, counts, pos) VALUES (?, ?, ?, ?, ?) USING TIMESTAMP ?'
  const rows = new Map<string, { track: string; day: string; slots: Record<string, number[]> }>()
  return {
    tables: [
      'CREATE TABLE IF NOT EXISTS KS.counts (track text, day text, part int, counts text, pos bigint, PRIMARY KEY (track, day, part))',
    ],
    writesOf: ({ partition, events }) => {
      const touched = new Map<string, Days>()
      for (const { type, value, offset } of events) {
        const { trackId: track, startedAt, msPlayed, country } = value as TrackPlayed
        const start = new Date(startedAt).toISOString()
        for (const [day, slot] of [
          [start.slice(0, 10), `${start.slice(11, 13)}:${country ?? '--'}`],
          ['all', `all:${country ?? '--'}`],
        ] as const) {
          const key = `${partition}|${track}|${day}`
          let row = rows.get(key)
          if (row === undefined) rows.set(key, (row = { track, day, slots: {} }))
          const sums = (row.slots[slot] ??= [0, 0, 0])
          if (msPlayed >= 30_000) sums[0] = (sums[0] ?? 0) + 1
          if (type === 'TrackSkipped') sums[1] = (sums[1] ?? 0) + 1
          if (type === 'TrackSkipped' && msPlayed < 30_000) sums[2] = (sums[2] ?? 0) + 1
          let days = touched.get(track)
          if (days === undefined) touched.set(track, (days = new Map() as Days))
          days.set(day, [row, offset])
        }
      }
      return [...touched].map(([track, days]) =>
        [...days].map(([day, [{ slots }, offset]]) => ({
          query,
          params: [track, day, partition, JSON.stringify(slots), offset, offset + 1],
        })),
      )
    },
  }
}

const listeningHistory = (): BareProjection => {
  const names = 'user, year, at, id, vals, pos'
  const query = `INSERT INTO KS.plays (${names}) VALUES (${names.replaceAll(/\w+/g, '?')}) USING TIMESTAMP ?`
  return {
    tables: [
      'CREATE TABLE IF NOT EXISTS KS.plays (user text, year int, at bigint, id text, vals text, pos bigint, ' +
        'PRIMARY KEY ((user, year), at, id)) WITH CLUSTERING ORDER BY (at DESC, id DESC)',
    ],
    writesOf: ({ events }) => {
      const byUser = new Map<string, Write[]>()
      for (const { type, value, offset, recordedAt } of events) {
        const { meta, ...play } = value as TrackPlayed
        const year = new Date(play.startedAt).getUTCFullYear()
        const values = [
          ...[play.trackId, play.msPlayed, type === 'TrackSkipped', play.import, play.resolved, recordedAt],
          ...[
            JSON.stringify(play.artistIds),
            play.durationMs,
            play.albumId,
            play.reasonStart,
            play.reasonEnd,
          ],
          ...[play.context, play.country, 'phone', play.shuffle, play.offline],
        ]
        const key = [meta.streamId, year, play.startedAt, play.identity]
        const write = { query, params: [...key, JSON.stringify(values), offset, offset + 1] }
        const found = byUser.get(meta.streamId)
        if (found) found.push(write)
        else byUser.set(meta.streamId, [write])
      }
      return [...byUser.values()]
    },
  }
}

const playlists = (): BareProjection => {
  const list = 'INSERT INTO KS.lists (id, tracks, pos) VALUES (?, ?, ?) USING TIMESTAMP ?'
  const details = 'INSERT INTO KS.details (id, details, pos) VALUES (?, ?, ?) USING TIMESTAMP ?'
  type State = { tracks: unknown[]; details: object; count: number; offset: number }
  const states = new Map<string, State>()
  const apply = (state: State, { type, value }: Batch['events'][number]) => {
    if (type === 'PlaylistCreated') state.details = { ...(value as object), meta: undefined }
    if (type === 'PlaylistDetailsChanged')
      state.details = { ...state.details, ...(value as PlaylistDetailsChanged).changes }
    if (type === 'PlaylistEdited')
      for (const { removed, added } of (value as PlaylistEdited).steps) {
        if (removed) state.tracks.splice(removed.index, 1)
        if (added) state.tracks.splice(added.index, 0, [added.itemId, added.trackId])
      }
  }
  return {
    tables: [
      'lists (id text PRIMARY KEY, tracks text, pos bigint)',
      'details (id text PRIMARY KEY, details text, pos bigint)',
    ].map((table) => `CREATE TABLE IF NOT EXISTS KS.${table}`),
    writesOf: ({ events }) => {
      const touched = new Map<string, State>()
      for (const event of events) {
        const id = (event.value as PlaylistEdited).meta.streamId
        let state = states.get(id)
        if (state === undefined) states.set(id, (state = { tracks: [], details: {}, count: 0, offset: 0 }))
        apply(state, event)
        state.offset = event.offset
        touched.set(id, state)
      }
      return [...touched].flatMap(([id, { tracks, details: shown, offset }]) => [
        [{ query: list, params: [id, JSON.stringify(tracks), offset, offset + 1] }],
        [
          {
            query: details,
            params: [id, JSON.stringify({ ...shown, count: tracks.length }), offset, offset + 1],
          },
        ],
      ])
    },
  }
}

/** By name. */
export const bareProjections: Readonly<Record<string, BareProjection>> = {
  'song-counts': songCounts(),
  'listening-history': listeningHistory(),
  playlists: playlists(),
}
