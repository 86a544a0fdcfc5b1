import { firstWinsStampOf } from '@reprise/core/stamp.ts'
import type { RowWrite, StoredRow, Table } from '@reprise/core/ports/row-store.port.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'

/** A record of a play or skip. */
export type PlayEvent = RecordedEvent<'TrackPlayed' | 'TrackSkipped'>

/** The play index: per play the offset of its first record in the user's partition. */
export const playIndexTable: Table = {
  name: 'play_index_v1',
  partitionKey: ['user_id', 'day'],
  clustering: ['identity'],
  columns: { user_id: 'text', day: 'text', identity: 'text', first_offset: 'bigint' },
}

/** The Cassandra partition of a play: its user and the day of its start, UTC. */
export const ownerOf = ({ meta, data }: PlayEvent): { readonly user_id: string; readonly day: string } => ({
  user_id: meta.streamId,
  day: new Date(data.startedAt).toISOString().slice(0, 10),
})

/** The row that a record of a play writes. The lowest offset wins, whatever the order of writing. */
export const playWriteOf = (event: PlayEvent): RowWrite => ({
  row: { ...ownerOf(event), identity: event.data.identity, first_offset: event.offset },
  stamp: firstWinsStampOf(event.offset),
})

/** What a row says. */
export const firstOffsetOf = (row: StoredRow): number => row['first_offset'] as number

/** Events by the Cassandra partition of their plays. */
export const byOwner = (events: readonly RecordedEvent[]): readonly (readonly PlayEvent[])[] => {
  const owners = new Map<string, PlayEvent[]>()
  for (const event of events as readonly PlayEvent[]) {
    const id = `${event.meta.streamId}\0${Math.floor(event.data.startedAt / 86_400_000)}`
    const found = owners.get(id)
    if (found === undefined) owners.set(id, [event])
    else found.push(event)
  }
  return [...owners.values()]
}
