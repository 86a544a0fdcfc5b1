import { header } from '@reprise/core/event.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { LogRecord } from '@reprise/core/ports/log.port.ts'
import type { EditStep } from '@reprise/schemas/generated/events.ts'
import { partitionOf } from '@reprise/schemas/partition.ts'
import { idSource, randomSource } from './random-source.ts'

const playlists = 20_000
const tracks = 87_000
/** A list that has come so far loses its first track for each new one. */
const lengthMax = 200

/**
 * Playlists as the command API appends them, chained by `previous`: the lower half of the ids is met three times as
 * often as the upper one; six of seven events add one to three tracks at the end, the others change the description.
 */
export const playlistRecords = (codec: EventCodec, partitions: number): (() => LogRecord) => {
  const random = randomSource(2)
  const eventId = idSource(4)
  const commandId = idSource(5)
  const lists = new Map<string, { readonly items: Item[]; version: number }>()
  const previous = new Map<number, string>()

  const edit = (items: Item[], command: string) => {
    const steps: EditStep[] = []
    const added = 1 + Math.floor(random() * 3)
    for (let nth = 0; nth < added; nth++) {
      const first = items.length >= lengthMax ? items.shift() : undefined
      if (first) steps.push({ ...noStep, removed: { index: 0, ...first } })
      const track = Math.floor(random() * tracks)
      const item = {
        itemId: `${command}-${nth}`,
        trackId: `4iV5W9uYEdYUVa7${String(track).padStart(7, '0')}`,
      }
      steps.push({ ...noStep, added: { index: items.length, ...item } })
      items.push(item)
    }
    return { steps, added, removed: steps.length - added, alreadyGone: [] }
  }
  return () => {
    const nth = Math.floor(playlists * random() ** 2)
    const id = `019aa006-0000-4000-8000-${nth.toString(16).padStart(12, '0')}`
    const list = lists.get(id) ?? { items: [], version: 0 }
    lists.set(id, list)
    list.version++
    const command = commandId()
    const [type, data] =
      list.version === 1
        ? ['PlaylistCreated', created]
        : random() < 1 / 7
          ? ['PlaylistDetailsChanged', changed(list.version)]
          : ['PlaylistEdited', edit(list.items, command)]
    const partition = partitionOf(id, partitions)
    const event = eventId()
    const meta = { ...someone, eventId: event, commandId: command, streamId: id, streamVersion: list.version }
    const headers = {
      [header.id]: event,
      [header.type]: type,
      [header.previous]: previous.get(partition) ?? '',
    }
    previous.set(partition, event)
    return { partition, key: id, value: codec.encode('playlist-events', type, { meta, ...data }), headers }
  }
}

type Item = { readonly itemId: string; readonly trackId: string }

const noStep: EditStep = { added: null, removed: null, moved: null }
const created = { name: 'bench', description: '', visibility: 'public', collaborative: false }
const changed = (version: number) => ({
  changes: { name: null, description: `version ${version}`, visibility: null, collaborative: null },
})
const someone = {
  bodyHash: '47DEQpj8HBSa-_TImW-5JA',
  actorId: 'user-1',
  deviceId: null,
  lamport: null,
  occurredAt: 1_790_000_000_000,
}
