import type { EventTypes } from './generated/events.ts'

/** What a topic is made with. Anything that the first record freezes is here (partitions, key, decided). */
export type TopicDefinition = {
  /** Whether records are accepted by their header `previous`: the log order decides. */
  readonly decided: boolean
  readonly partitions: number
  /** What the record key holds, for people. */
  readonly key: string
  /** The records' types: subjects are `<topic>-<full name>`. */
  readonly records: readonly string[]
  readonly config: Readonly<Record<string, string>>
}

/** Event topics never expire, are never compacted, and take their time from the broker. */
const eventLog = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
  'message.timestamp.type': 'LogAppendTime',
  'max.message.bytes': '1048588',
} as const

const playlistEvents = [
  'PlaylistCreated',
  'PlaylistDetailsChanged',
  'PlaylistEdited',
  'CollaboratorAdded',
  'CollaboratorRemoved',
  'PlaylistDeleted',
  'PartitionClaimed',
] as const
const playbackEvents = ['TrackPlayed', 'TrackSkipped'] as const

const libraryEvents = [
  'TrackLiked',
  'TrackUnliked',
  'PlaylistFollowed',
  'PlaylistUnfollowed',
  'ArtistFollowed',
  'ArtistUnfollowed',
  'UserFollowed',
  'UserUnfollowed',
  'PartitionClaimed',
] as const

const catalogueChanges = ['PopularityChanged'] as const

/** Every topic of the platform. Partition counts are configuration until the first record and refused to change after it. */
export const topics = {
  'playlist-events': {
    decided: true,
    partitions: 16,
    key: 'playlist id',
    records: playlistEvents,
    config: eventLog,
  },
  'playback-events': {
    decided: false,
    partitions: 16,
    key: 'user id',
    records: playbackEvents,
    config: eventLog,
  },
  'library-events': {
    decided: true,
    partitions: 16,
    key: 'user id',
    records: libraryEvents,
    config: eventLog,
  },
  'catalogue-changes': {
    decided: false,
    partitions: 1,
    key: 'primary key',
    // The changes of the catalogue's rows stand here too: Debezium registers their schemas.
    records: catalogueChanges,
    config: eventLog,
  },
  'discarded-records': {
    decided: false,
    partitions: 16,
    key: 'topic, partition, offset',
    records: ['RecordDiscarded'],
    config: { 'cleanup.policy': 'compact', 'message.timestamp.type': 'LogAppendTime' },
  },
  'projection-progress': {
    decided: false,
    partitions: 1,
    key: 'projection, version, partition',
    records: ['ProjectionProgress'],
    config: { 'cleanup.policy': 'compact', 'message.timestamp.type': 'LogAppendTime' },
  },
  'dead-letters': {
    decided: false,
    partitions: 16,
    key: 'projection, version, group',
    // What is discarded is left out of every rebuild, so it is kept for ever, as events are.
    records: ['DeadLetter', 'DeadLetterRequest', 'DeadLetterAnswer'],
    config: eventLog,
  },
} as const satisfies Readonly<Record<string, TopicDefinition>>

/** The name of a topic in the catalogue. Deployments may prefix it on the broker; code never sees the prefix. */
export type TopicName = keyof typeof topics

/**
 * The topics that hold events. `catalogue-changes` holds those of the catalogue's database in its own order, so it has
 * one partition for ever; readers of it see the changes of entities (core/catalogue).
 */
export type EventTopic = 'playlist-events' | 'playback-events' | 'library-events' | 'catalogue-changes'

/** The event types of a topic. */
export type EventTypeOf<Topic extends EventTopic> = (typeof topics)[Topic]['records'][number] &
  keyof EventTypes

/** The topics in catalogue order. */
export const topicNames = Object.keys(topics) as readonly TopicName[]

/** How many partitions a topic is made with, where `configured` may change the number of those that have several. */
export const partitionCountOf = (topic: TopicName, configured: number | undefined): number =>
  topics[topic].partitions === 1 ? 1 : (configured ?? topics[topic].partitions)
