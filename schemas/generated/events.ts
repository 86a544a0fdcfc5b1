// Generated from schemas/avro by `npm run generate`. Do not edit.

/** The actor follows an artist. It may have been followed before: then it was done again, later. */
export type ArtistFollowed = {
  /** See Meta. */
  readonly meta: Meta
  /** Id of an artist; whether there is one is not checked. */
  readonly artistId: string
}

/** The actor does not follow an artist any more. It need not have been followed: nothing made earlier counts from here on. */
export type ArtistUnfollowed = {
  /** See Meta. */
  readonly meta: Meta
  /** Id of an artist. */
  readonly artistId: string
}

/** The owner named a collaborator: from here on this user may edit the playlist while it is collaborative, and read it. */
export type CollaboratorAdded = {
  /** See Meta. */
  readonly meta: Meta
  /** Opaque id of the collaborator. */
  readonly userId: string
}

/** The owner dismissed a collaborator, or one left (then the actor is the collaborator). */
export type CollaboratorRemoved = {
  /** See Meta. */
  readonly meta: Meta
  /** Opaque id of who is no collaborator any more. */
  readonly userId: string
}

/** An event that one version of a projection could not apply, and the groups that wait behind it. The newest letter of a position stands. */
export type DeadLetter = {
  /** The projection's name. */
  readonly projection: string
  /** The projection's version. */
  readonly version: number
  /** The topic that the event stands in. */
  readonly topic: string
  /** The partition of that topic. */
  readonly partition: number
  /** The event's offset. */
  readonly offset: number
  /** The groups that stopped at it; partition@<offset> where it isn't known which rows it would have changed. */
  readonly groups: readonly string[]
  /** The record's header ce_id; empty where it has none. */
  readonly eventId: string
  /** The record's header ce_type; empty where it has none. */
  readonly eventType: string
  /** How many times it has been set aside: 1 at first, one more after every redrive in vain. */
  readonly attempt: number
  /** What was thrown, in words. */
  readonly error: string
  /** Where it was thrown. */
  readonly stack: string
  /** The record's bytes, if they can't be read as an event. */
  readonly value: null | Buffer
}

/** What the owner of a partition did about a request. An answer that says discarded is the verdict itself: every rebuild of that version leaves the event out of these groups. */
export type DeadLetterAnswer = {
  /** The request. */
  readonly requestId: string
  /** The projection's name. */
  readonly projection: string
  /** The projection's version. */
  readonly version: number
  /** The partition of the event. */
  readonly partition: number
  /** The event's offset. */
  readonly offset: number
  /** The groups that it is about. */
  readonly groups: readonly string[]
  /** failed: it can't be applied yet, and waits as before. */
  readonly outcome: 'redriven' | 'discarded' | 'failed' | 'refused'
  /** More about it, for people. */
  readonly detail: string
}

/** An operator asks the owner of a partition to deal with a dead letter. */
export type DeadLetterRequest = {
  /** Names the request in its answer. */
  readonly requestId: string
  /** redrive: apply the event and what waits behind it. discard: leave the event out for ever, and apply what waits. */
  readonly verb: 'redrive' | 'discard'
  /** The projection's name. */
  readonly projection: string
  /** The projection's version. */
  readonly version: number
  /** The partition of the event. */
  readonly partition: number
  /** The event's offset. */
  readonly offset: number
  /** Why, in the operator's words. */
  readonly reason: string
  /** The opaque user id of the operator. */
  readonly by: string
}

/** A process drives the partition from here: whatever others decided on the history before it, and still have under way, is superseded. It changes no stream. */
export type PartitionClaimed = {
  /** See Meta; its command, stream and actor are empty. */
  readonly meta: Meta
}

/** A playlist exists from here on; its owner is the actor. */
export type PlaylistCreated = {
  /** See Meta. */
  readonly meta: Meta
  /** What its owner calls it, 1 to 200 characters. Personal. */
  readonly name: string | Sealed
  /** Free text of up to 2,000 characters, empty when there is none. Personal. */
  readonly description: string | Sealed
  /** public: readable by everyone; private: by owner and collaborators. */
  readonly visibility: 'public' | 'private'
  /** Whether named collaborators may edit its tracks. */
  readonly collaborative: boolean
}

/** The playlist is gone; its id is never used again. */
export type PlaylistDeleted = {
  /** See Meta. */
  readonly meta: Meta
}

/** Details of a playlist, null where unchanged. */
export type PlaylistChanges = {
  /** The new name. Personal. */
  readonly name: null | string | Sealed
  /** The new description; empty removes it. Personal. */
  readonly description: null | string | Sealed
  /** The new visibility. */
  readonly visibility: null | 'public' | 'private'
  /** Whether collaborators may edit from here on. */
  readonly collaborative: null | boolean
}

/** Some details have new values. */
export type PlaylistDetailsChanged = {
  /** See Meta. */
  readonly meta: Meta
  /** The new values; null means unchanged. */
  readonly changes: PlaylistChanges
}

/** An item left the list. */
export type ItemRemoved = {
  /** Where it stood. */
  readonly index: number
  /** The item. */
  readonly itemId: string
  /** Its track. */
  readonly trackId: string
}

/** An item entered the list. */
export type ItemAdded = {
  /** Where it stands. */
  readonly index: number
  /** The item, unique in its playlist. */
  readonly itemId: string
  /** Its track. */
  readonly trackId: string
}

/** An item changed its place. */
export type ItemMoved = {
  /** Where it stood. */
  readonly from: number
  /** Where it stands, counted after it was taken out. */
  readonly to: number
  /** The item. */
  readonly itemId: string
}

/** Exactly one of the fields is not null. */
export type EditStep = {
  /** An item left the list. */
  readonly removed: null | ItemRemoved
  /** An item entered the list. */
  readonly added: null | ItemAdded
  /** An item changed its place. */
  readonly moved: null | ItemMoved
}

/** The list of items changed by one command, all or nothing. Steps apply one after the other. */
export type PlaylistEdited = {
  /** See Meta. */
  readonly meta: Meta
  /** Normalised edits in order; each index counts in the list that the steps before it left. */
  readonly steps: readonly EditStep[]
  /** How many items the steps added. */
  readonly added: number
  /** How many items the steps removed. */
  readonly removed: number
  /** Items named by the command that were no longer there; part of its answer. */
  readonly alreadyGone: readonly string[]
}

/** The actor follows a playlist. It may have been followed before: then it was done again, later. */
export type PlaylistFollowed = {
  /** See Meta. */
  readonly meta: Meta
  /** Id of a playlist; whether there is one is not checked. */
  readonly playlistId: string
}

/** The actor does not follow a playlist any more. It need not have been followed: nothing made earlier counts from here on. */
export type PlaylistUnfollowed = {
  /** See Meta. */
  readonly meta: Meta
  /** Id of a playlist. */
  readonly playlistId: string
}

/** The counted plays of a track, artist or album have reached another power of two. It stands among the changes of the catalogue, so that folds join it. */
export type PopularityChanged = {
  /** See Meta; the stream is the entity, so streamId is kind and id: track/4uLU6hMCjMI75M1A2tKUQC. */
  readonly meta: Meta
  /** What has become more popular. */
  readonly kind: 'track' | 'artist' | 'album'
  /** Its id. */
  readonly id: string
  /** The greatest power of two that its counted plays have reached: 2^power plays. It only ever grows. */
  readonly power: number
}

/** A group set aside. */
export type QuarantinedGroup = {
  /** The group's key. */
  readonly group: string
  /** The first record that was not applied to it. */
  readonly offset: number
}

/** How far one version of a projection has applied one partition of its topic. */
export type ProjectionProgress = {
  /** The projection's name. */
  readonly projection: string
  /** The projection's version. */
  readonly version: number
  /** The topic whose offsets the watermark counts. */
  readonly topic: string
  /** The partition of that topic. */
  readonly partition: number
  /** Every record below this offset is visible to readers of the view. */
  readonly watermark: number
  /** Groups that stopped, and where. */
  readonly quarantined: readonly QuarantinedGroup[]
}

/** A record of an event topic that does not count, for readers that can't tell by themselves. */
export type RecordDiscarded = {
  /** The topic that the record stands in. */
  readonly topic: string
  /** The partition of that topic. */
  readonly partition: number
  /** The record's offset. */
  readonly offset: number
  /** The record's header ce_id; empty where it has none. */
  readonly eventId: string
  /** superseded: its header previous doesn't name the accepted record before it. duplicate: the same play was recorded before. */
  readonly reason: string
}

/** The actor likes a track. It may have been liked before: then the like was given again, later. */
export type TrackLiked = {
  /** See Meta. */
  readonly meta: Meta
  /** The track, whether or not the catalogue has it. */
  readonly trackId: string
}

/** A listener heard a track until it ended, or until something other than their choice ended it. */
export type TrackPlayed = {
  /** See Meta; the stream is the listening of one user, so streamId is the user's id. */
  readonly meta: Meta
  /** UUIDv5 of user, playId or empty, start, milliseconds played, track and device: the same play sent again has the same identity, and its first record counts. */
  readonly identity: string
  /** The client's own id of the play, up to 64 characters. */
  readonly playId: null | string
  /** What was played. */
  readonly trackId: string
  /** When the play began, by the client's clock. */
  readonly startedAt: number
  /** Milliseconds listened. */
  readonly msPlayed: number
  /** Why it began (trackdone, clickrow, fwdbtn, ...); an open vocabulary. */
  readonly reasonStart: null | string
  /** Why it ended (trackdone, fwdbtn, ...); an open vocabulary. */
  readonly reasonEnd: null | string
  /** Where it was played from: playlist:<id>, album:<id> or search. */
  readonly context: null | string
  /** ISO 3166-1 alpha-2 code of where it was played. Coarse on purpose and not sealed: the counts of a country must survive an erasure. */
  readonly country: null | string
  /** Whether shuffle was on. */
  readonly shuffle: null | boolean
  /** Whether it was played without a connection. */
  readonly offline: null | boolean
  /** Whether it was imported from a listening history; older than 30 days it counts in all-time windows only. */
  readonly import: boolean
  /** The track's length as the catalogue had it; null when unknown. */
  readonly durationMs: null | number
  /** The track's artists in order as the catalogue had them; empty when unknown. */
  readonly artistIds: readonly string[]
  /** The track's album as the catalogue had it; null when unknown. */
  readonly albumId: null | string
  /** Whether the catalogue knew the track. */
  readonly resolved: boolean
}

/** A listener chose to end a track before its end; whether it still counts is derived from msPlayed. */
export type TrackSkipped = {
  /** See Meta; the stream is the listening of one user, so streamId is the user's id. */
  readonly meta: Meta
  /** UUIDv5 of user, playId or empty, start, milliseconds played, track and device: the same play sent again has the same identity, and its first record counts. */
  readonly identity: string
  /** The client's own id of the play, up to 64 characters. */
  readonly playId: null | string
  /** What was played. */
  readonly trackId: string
  /** When the play began, by the client's clock. */
  readonly startedAt: number
  /** Milliseconds listened. */
  readonly msPlayed: number
  /** Why it began (trackdone, clickrow, fwdbtn, ...); an open vocabulary. */
  readonly reasonStart: null | string
  /** Why it ended (trackdone, fwdbtn, ...); an open vocabulary. */
  readonly reasonEnd: null | string
  /** Where it was played from: playlist:<id>, album:<id> or search. */
  readonly context: null | string
  /** ISO 3166-1 alpha-2 code of where it was played. Coarse on purpose and not sealed: the counts of a country must survive an erasure. */
  readonly country: null | string
  /** Whether shuffle was on. */
  readonly shuffle: null | boolean
  /** Whether it was played without a connection. */
  readonly offline: null | boolean
  /** Whether it was imported from a listening history; older than 30 days it counts in all-time windows only. */
  readonly import: boolean
  /** The track's length as the catalogue had it; null when unknown. */
  readonly durationMs: null | number
  /** The track's artists in order as the catalogue had them; empty when unknown. */
  readonly artistIds: readonly string[]
  /** The track's album as the catalogue had it; null when unknown. */
  readonly albumId: null | string
  /** Whether the catalogue knew the track. */
  readonly resolved: boolean
}

/** The actor does not like a track any more. It need not have been liked: no like made earlier counts from here on. */
export type TrackUnliked = {
  /** See Meta. */
  readonly meta: Meta
  /** The track. */
  readonly trackId: string
}

/** The actor follows a user. It may have been followed before: then it was done again, later. */
export type UserFollowed = {
  /** See Meta. */
  readonly meta: Meta
  /** Id of a user; whether there is one is not checked. */
  readonly userId: string
}

/** A personal value encrypted with a key of its person; destroying the key erases the value everywhere. */
export type Sealed = {
  /** Which of the person's keys sealed it. */
  readonly keyId: string
  /** The nonce of the cipher, never used twice with one key. */
  readonly nonce: Buffer
  /** Cipher text and authentication tag. */
  readonly box: Buffer
}

/** What every event says about itself. */
export type Meta = {
  /** UUIDv7 of this event; equals the header ce_id. */
  readonly eventId: string
  /** Which command this event answers: a hash of actor, stream and idempotency key. */
  readonly commandId: string
  /** Hash of the command's body, so that a key used again with another body is noticed. */
  readonly bodyHash: string
  /** The aggregate instance that the event belongs to; equals the record key. */
  readonly streamId: string
  /** How many accepted events the stream has with this one; null for streams that are appended without a decision. */
  readonly streamVersion: null | number
  /** Opaque id of the user who acted, minted by us: never a name or a mail address. */
  readonly actorId: string
  /** The client's name for the device, if it gave one. Personal. */
  readonly deviceId: null | string | Sealed
  /** The device's logical clock, if it keeps one. */
  readonly lamport: null | number
  /** When the client says that it happened, milliseconds since 1970 UTC. Recorded time is the broker's. */
  readonly occurredAt: number
}

/** The actor does not follow a user any more. It need not have been followed: nothing made earlier counts from here on. */
export type UserUnfollowed = {
  /** See Meta. */
  readonly meta: Meta
  /** Id of a user. */
  readonly userId: string
}

/** Every event by the name of its type. */
export type EventTypes = {
  readonly ArtistFollowed: ArtistFollowed
  readonly ArtistUnfollowed: ArtistUnfollowed
  readonly CollaboratorAdded: CollaboratorAdded
  readonly CollaboratorRemoved: CollaboratorRemoved
  readonly PartitionClaimed: PartitionClaimed
  readonly PlaylistCreated: PlaylistCreated
  readonly PlaylistDeleted: PlaylistDeleted
  readonly PlaylistDetailsChanged: PlaylistDetailsChanged
  readonly PlaylistEdited: PlaylistEdited
  readonly PlaylistFollowed: PlaylistFollowed
  readonly PlaylistUnfollowed: PlaylistUnfollowed
  readonly PopularityChanged: PopularityChanged
  readonly TrackLiked: TrackLiked
  readonly TrackPlayed: TrackPlayed
  readonly TrackSkipped: TrackSkipped
  readonly TrackUnliked: TrackUnliked
  readonly UserFollowed: UserFollowed
  readonly UserUnfollowed: UserUnfollowed
}

