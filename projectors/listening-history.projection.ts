import { plainOf } from '@reprise/schemas/personal.ts'
import { boolean, columns, instant, int, text, uuid } from '@reprise/core/columns.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import { cassandraTable, projection, quarantineKey } from '@reprise/core/projection.ts'

/**
 * What a user has listened to, newest first: a row per play and skip. A copy of a play recorded before is dropped
 * before it comes here, so a row is written by one record alone.
 */
export const listeningHistory = projection({
  name: 'listening-history',
  version: 2,
  from: 'playback-events',
  row: columns({
    userId: text(),
    year: int(), // of the start, UTC: bounds the size of a Cassandra partition
    startedAt: instant(),
    identity: uuid(),
    trackId: text(),
    msPlayed: int(),
    skipped: boolean(),
    imported: boolean(),
    resolved: boolean(),
    recordedAt: instant(),
    artistIds: text(), // a JSON list, in order
    durationMs: int().optional(),
    albumId: text().optional(),
    reasonStart: text().optional(),
    reasonEnd: text().optional(),
    context: text().optional(),
    country: text().optional(),
    deviceId: text().optional(),
    shuffle: boolean().optional(),
    offline: boolean().optional(),
  }),
  store: cassandraTable({
    partitionKey: ['userId', 'year'],
    clustering: ['startedAt', 'identity'],
    descending: true,
    onceOnly: true,
  }),
  key: (event) => keyOf(event),
  on: {
    TrackPlayed: (_none, event) => ({ ...rowOf(event), skipped: false }),
    TrackSkipped: (_none, event) => ({ ...rowOf(event), skipped: true }),
  },
  onFailure: quarantineKey({ attempts: 3 }),
})

type Play = RecordedEvent<'TrackPlayed' | 'TrackSkipped'>

const keyOf = ({ meta, data: { startedAt, identity } }: Play) => ({
  userId: meta.streamId,
  year: new Date(startedAt).getUTCFullYear(),
  startedAt,
  identity,
})

const rowOf = (event: Play) => {
  const { meta, data, recordedAt } = event
  return {
    ...keyOf(event),
    trackId: data.trackId,
    msPlayed: data.msPlayed,
    imported: data.import,
    resolved: data.resolved,
    recordedAt,
    artistIds: JSON.stringify(data.artistIds),
    durationMs: data.durationMs,
    albumId: data.albumId,
    reasonStart: data.reasonStart,
    reasonEnd: data.reasonEnd,
    context: data.context,
    country: data.country,
    deviceId: plainOf(meta.deviceId, null),
    shuffle: data.shuffle,
    offline: data.offline,
  }
}
