import { type Entity, entityIdOf, type Referred, type Track } from '@reprise/core/catalogue/entity.ts'
import { checkpointTableOf, checkpointToStored } from '@reprise/core/layout/checkpoint-layout.ts'
import { countLayoutOf } from '@reprise/core/layout/count-layout.ts'
import { documentLayoutOf } from '@reprise/core/layout/document-layout.ts'
import { entityDocumentLayoutOf, entityRowLayoutOf } from '@reprise/core/layout/entity-layout.ts'
import { listLayoutOf } from '@reprise/core/layout/list-layout.ts'
import { rowLayoutOf } from '@reprise/core/layout/row-layout.ts'
import type { RowOf } from '@reprise/core/columns.ts'
import type { DocumentStore } from '@reprise/core/ports/document-store.port.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import type { RowStore, StoredRow, Table } from '@reprise/core/ports/row-store.port.ts'
import { storedName } from '@reprise/core/projection.ts'
import { partitionOf } from '@reprise/schemas/partition.ts'
import { type EventTopic, topics } from '@reprise/schemas/topics.ts'
import { catalogue } from '@reprise/projectors/catalogue.projection.ts'
import { catalogueSearch } from '@reprise/projectors/catalogue-search.projection.ts'
import { listeningHistory } from '@reprise/projectors/listening-history.projection.ts'
import { playlistDetails } from '@reprise/projectors/playlist-details.projection.ts'
import { playlistSearch } from '@reprise/projectors/playlist-search.projection.ts'
import { playTotals } from '@reprise/projectors/play-totals.projection.ts'
import { playlistTracks } from '@reprise/projectors/playlist-tracks.projection.ts'
import { foldedNameOf } from '@reprise/core/search/folded-name.ts'
import { songCounts } from '@reprise/projectors/song-counts.projection.ts'
import { isDocumentView } from './progress/stored-checkpoint.ts'
import type { View } from './progress/watermarks.ts'

/** Writes views as projectors would, for tests of what reads them. */
export const seededViews = async ({ log, codec, rows, documents }: Stores) => {
  const details = rowLayoutOf(playlistDetails)
  const tracks = listLayoutOf(playlistTracks)
  const history = rowLayoutOf(listeningHistory)
  const counts = countLayoutOf(songCounts)
  const search = documentLayoutOf(playlistSearch)
  const searched = entityDocumentLayoutOf(catalogueSearch)
  const entities = entityRowLayoutOf(catalogue)
  const totals = countLayoutOf(playTotals)
  const progress = await log.createAppender('projection-progress')
  const put = async (table: Table, position: number, stored: readonly StoredRow[]) => {
    await rows.ensure(table)
    await rows.writeTogether(
      table,
      stored.map((row) => ({ row, stamp: position + 1 })),
    )
  }

  const checkpoint = async (view: View, partition: number, offset: number): Promise<void> => {
    const reached = {
      offset,
      recordId: 'record',
      lastAcceptedId: 'record',
      incarnation: 'here',
      revision: 0,
      quarantined: [],
    }
    const table = checkpointTableOf(storedName(view))
    if (!isDocumentView(view)) {
      await put(table, offset, [checkpointToStored(partition, reached)])
      return
    }
    const index = view.name === catalogueSearch.name ? searched.index : search.index
    await documents.ensure(index)
    const document = { position_: offset, absent_: true, checkpoint_: reached }
    await documents.write(index, [{ id: `checkpoint_/${partition}`, document, stamp: offset + 1 }])
  }
  const publish = async (view: View, partition: number, watermark: number): Promise<void> => {
    const { name: projection, version, from: topic } = view
    const value = { projection, version, topic, partition, watermark, quarantined: [] }
    const bytes = codec.encode('projection-progress', 'ProjectionProgress', value)
    const key = `${projection}/${version}/${partition}`
    await progress.append([{ partition: 0, key, value: bytes, headers: {} }])
  }

  return {
    ensure: async () => {
      for (const { table } of [details, tracks, history, counts, totals, entities]) await rows.ensure(table)
      for (const { index } of [search, searched]) await documents.ensure(index)
    },
    playlist: (row: Partial<Details> & { readonly playlistId: string }, position = 0) =>
      put(details.table, position, [
        details.toStored({ playlistId: row.playlistId }, { position, value: { ...someDetails, ...row } }),
      ]),
    /** An entity of the catalogue, shown with the names that are given for what it refers to. */
    entity: (entity: Entity, referred: Partial<Referred> = {}, position = 0) => {
      const id = entityIdOf(entity.kind, entity.id)
      const shown = catalogue.show(entity, { artist: () => undefined, album: () => undefined, ...referred })
      return put(entities.table, position, [entities.toStored({ id, position, entity, shown })])
    },
    /** A list in pages of 100 items, named `item-<n>`. */
    tracks: async (id: string, length: number, { version = 1, position = 0 } = {}) => {
      const pages = Array.from({ length: Math.ceil(length / 100) }, (_, page) => ({
        id: page + 1,
        items: Array.from({ length: Math.min(100, length - page * 100) }, (_item, at) =>
          itemAt(page * 100 + at),
        ),
      }))
      const sizes = pages.map((page) => [page.id, page.items.length] as const)
      const head = { position, streamVersion: version, pages: sizes }
      const stored = pages.map((page) => tracks.pageToStored(id, position, page))
      await rows.ensure(entities.table)
      await put(tracks.table, position, [tracks.headToStored(id, head), ...stored])
    },
    play: (userId: string, startedAt: number, identity: string) => {
      const year = new Date(startedAt).getUTCFullYear()
      const value: PlayRow = { ...somePlay, userId, year, startedAt, identity }
      const key = { userId, year, startedAt, identity }
      return put(history.table, 0, [history.toStored(key, { position: 0, value })])
    },
    counts: (
      trackId: string,
      day: string,
      partition: number,
      slots: Readonly<Record<string, readonly number[]>>,
    ) =>
      put(counts.table, 0, [
        counts.toStored(
          { owner: trackId, bucket: day, partition },
          { position: 0, value: Object.entries(slots).flatMap(([slot, sums]) => [slot, ...sums]) },
        ),
      ]),
    found: async (row: Partial<Found> & { readonly playlistId: string }) => {
      const value = { ...someDetails, ...row }
      const folded = foldedNameOf({
        key: `playlist/${value.playlistId}`,
        rank: 3,
        name: value.name,
        artists: [],
        more: '',
      })
      const document = search.toStored({ position: 0, value: { ...value, folded } })
      for (const { index } of [search, searched]) await documents.ensure(index)
      await documents.write(search.index, [{ id: row.playlistId, document, stamp: 1 }])
      await documents.refresh(search.index)
    },
    checkpoint,
    publish,
    /** Checkpoint first, then word of it, as a projector does. */
    progress: async (view: View, partition: number, watermark: number) => {
      await checkpoint(view, partition, watermark - 1)
      await publish(view, partition, watermark)
    },
    /** Makes the topic longer, so that its offsets below `length` exist. */
    lengthen: async (topic: EventTopic, partition: number, length: number) => {
      const appender = await log.createAppender(topic)
      const record = { partition, key: 'key', value: Buffer.of(0), headers: {} }
      await appender.append(Array.from({ length }, () => record))
      await appender.close()
    },
  }
}

/** See {@link seededViews}. */
export type SeededViews = Awaited<ReturnType<typeof seededViews>>

/** The partition of a key in a topic as the catalogue has it. */
export const seededPartition = (topic: EventTopic, key: string): number =>
  partitionOf(key, topics[topic].partitions)

type Stores = {
  readonly log: Log
  readonly codec: EventCodec
  readonly rows: RowStore
  readonly documents: DocumentStore
}
type Details = RowOf<typeof playlistDetails.row>
type Found = RowOf<typeof playlistSearch.row>
type PlayRow = RowOf<typeof listeningHistory.row>

const itemAt = (at: number) => ({
  itemId: `item-${at}`,
  trackId: `track-${at % 7}`,
  addedBy: 'ann',
  addedAt: 1,
})

const someDetails: Details = {
  playlistId: '',
  streamVersion: 1,
  ownerId: 'ann',
  name: 'Songs',
  description: null,
  visibility: 'public',
  collaborative: false,
  collaborators: [],
  trackCount: 0,
  createdAt: 1,
  changedAt: 1,
  deleted: false,
}

const somePlay: PlayRow = {
  userId: '',
  year: 0,
  startedAt: 0,
  identity: '',
  trackId: 'track-1',
  msPlayed: 60_000,
  skipped: false,
  imported: false,
  resolved: false,
  recordedAt: 1,
  artistIds: '["one"]',
  durationMs: null,
  albumId: null,
  reasonStart: null,
  reasonEnd: null,
  context: null,
  country: 'DE',
  deviceId: null,
  shuffle: null,
  offline: null,
}

/** An artist's facts. */
export const someArtist = { name: 'The Hitters', country: 'NL', born: null, status: 'active' } as const
/** A track of that artist. */
export const someTrack = (id: string): Track => ({
  kind: 'track',
  id,
  facts: {
    kind: 'song',
    title: 'A Hit',
    albumId: 'hit',
    durationMs: 180_000,
    released: '1999',
    isrc: null,
    genres: ['pop'],
  },
  artists: [{ at: 0, artistId: 'hit' }],
  popularity: 3,
})
