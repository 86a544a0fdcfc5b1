import type { TopicName } from '@reprise/schemas/topics.ts'
import type { Table } from '@reprise/core/ports/row-store.port.ts'

/** Tables are of a day each, UTC. */
export const dayMs = 86_400_000

/** Where the decider states of a topic's streams are kept, a row each. A new version of their form fills new tables. */
export const statesTableOf = (topic: TopicName, version: number): Table => ({
  name: `${identifierOf(topic)}_states_v${version}`,
  partitionKey: ['stream_id'],
  clustering: [],
  columns: { stream_id: 'text', at_offset: 'bigint', stream_version: 'int', state: 'blob' },
})

/** How far each partition's states and command ids are stored: what a process needs to go on from there. */
export const marksTableOf = (topic: TopicName, version: number): Table => ({
  name: `${identifierOf(topic)}_marks_v${version}`,
  partitionKey: ['log_partition'],
  clustering: [],
  columns: { log_partition: 'int', mark: 'blob' },
})

/** The ids of one recorded day, a row each. A partition's ids are spread over buckets, so that many are written at once. */
export const idsTableOf = (topic: TopicName, recordedAt: number): Table => ({
  name: `${identifierOf(topic)}_ids_${dayOf(recordedAt)}`,
  partitionKey: ['log_partition', 'bucket'],
  clustering: ['command_id'],
  columns: { log_partition: 'int', bucket: 'int', command_id: 'text', answer: 'blob' },
})

/** Which bucket an id is in: 256 of them. */
export const bucketOf = (commandId: string): number => Number.parseInt(commandId.slice(0, 2), 16)

/** So far from the time in its key a timely command is recorded at most. */
const nearMs = 60_000
const slotMs = 2 * nearMs

/**
 * Whether the time in a command's key tells when it was recorded, near enough to be looked for there: of most keys it
 * does, but not of a device's that was offline, or whose clock is wrong.
 */
export const isTimely = (keyTime: number | undefined, recordedAt: number): boolean =>
  keyTime !== undefined && Math.abs(recordedAt - keyTime) <= nearMs

/**
 * The timely ids of one recorded day, those of a slot of time together. A row is what was stored at once of a part of them,
 * packed, under its first id.
 */
export const timelyTableOf = (topic: TopicName, recordedAt: number): Table => ({
  name: `${identifierOf(topic)}_timely_ids_${dayOf(recordedAt)}`,
  partitionKey: ['log_partition', 'slot'],
  clustering: ['part', 'first_id'],
  columns: { log_partition: 'int', slot: 'int', part: 'int', first_id: 'text', answers: 'blob' },
})

/** The slot of a recorded time: two minutes of its day. */
export const slotOf = (recordedAt: number): number => Math.floor((recordedAt % dayMs) / slotMs)

/** So many parts has a slot: looking for an id reads few others, however fast they come. */
export const parts = 1_024

/** Which part of a slot an id is in. */
export const partOf = (commandId: string): number => Number.parseInt(commandId.slice(0, 3), 16) % parts

/** The broker's clock, which names the days, may be so far ahead of ours. */
const clocksMs = 120_000

/** Recorded times of the last 24 hours, one for each slot in which a timely id of this key may lie: two at most. */
export const timelyMoments = (keyTime: number, now: number): readonly number[] => {
  const from = Math.max(keyTime - nearMs, now - dayMs)
  const to = Math.min(keyTime + nearMs, now + clocksMs)
  if (from > to) return []
  return Math.floor(from / slotMs) === Math.floor(to / slotMs) ? [from] : [from, to]
}

/** The recorded days on which an id of the last 24 hours may lie, each once: two of them, and around midnight three. */
export const daysBackFrom = (now: number): readonly number[] => {
  const moments = [now + clocksMs, now, now - dayMs]
  return moments.filter((moment, at) => at === 0 || dayOf(moment) !== dayOf(moments[at - 1] ?? 0))
}

/** The day whose ids nobody asks for any more, with a day to spare. */
export const dayToDrop = (now: number): number => now - 3 * dayMs

const dayOf = (recordedAt: number): string =>
  new Date(recordedAt).toISOString().slice(0, 10).replaceAll('-', '')

const identifierOf = (topic: TopicName): string => `commands_${topic.replaceAll('-', '_')}`
