import { bodyHashOf, commandIdOf } from '@reprise/core/identity.ts'
import { partitionOf } from '@reprise/schemas/partition.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import { soleOwnership } from '@reprise/core/ports/ownership.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import {
  type PlaylistCommand,
  playlistDecider,
  type PlaylistReport,
  type PlaylistState,
} from '@reprise/producers/playlists/playlist.decider.ts'
import { createCommandLog, forwardToNobody } from '@reprise/producers/write-path/command-log.ts'
import { newEventId } from '@reprise/producers/write-path/event-id.ts'
import { createSnapshotStore } from '@reprise/producers/write-path/snapshot-store.ts'

const topic = 'playlist-events'
const trackId = '4iV5W9uYEdYUVa79Axb7Rh'
const add: PlaylistCommand = { do: 'edit', edits: [{ add: [{ trackId }] }] }
/** The hot playlist stays at a size where lists are usual. */
const swap: PlaylistCommand = { do: 'edit', edits: [{ add: [{ trackId }] }, { removeAt: [0] }] }
const details = { name: 'bench', description: '', visibility: 'public', collaborative: false } as const

/** A process's share of the partitions: every `of`th one. */
export type Share = { readonly nth: number; readonly of: number }

/** The write path of one process that owns every partition, or a share of them, and the commands that are measured. */
export const createWritePath = async (options: {
  readonly log: Log
  readonly rows: RowStore
  readonly codec: EventCodec
  readonly share?: Share
}) => {
  const { log, rows, codec, share = { nth: 0, of: 1 } } = options
  const partitions = (await log.endOffsets(topic)).length
  const all = soleOwnership(partitions)
  const owned = new Set([...all.owned()].filter((partition) => partition % share.of === share.nth))
  const commands = await createCommandLog({
    topic,
    stream: playlistDecider,
    log,
    codec,
    logger: quiet,
    store: createSnapshotStore<PlaylistState, PlaylistReport>({
      topic,
      codec: playlistDecider.snapshot,
      rows,
      incarnation: await log.incarnation(),
      now: Date.now,
    }),
    ownership: { ...all, owned: () => owned },
    discard: () => Promise.resolve(),
    forward: forwardToNobody,
    newEventId,
    waitMsMax: 10_000,
  })
  while (commands.notReady() !== undefined) await new Promise((resolve) => setTimeout(resolve, 10))
  const submit = async (streamId: string, body: PlaylistCommand) => {
    const now = Date.now()
    const outcome = await commands.submit({
      streamId,
      actorId: 'bench',
      commandId: commandIdOf('bench', streamId, newEventId()),
      bodyHash: bodyHashOf('bench', body),
      body,
      deviceId: null,
      occurredAt: now,
      expectedVersion: undefined,
      keyRefusal: undefined,
      keyTime: now,
      traceparent: undefined,
    })
    if (outcome.kind !== 'accepted') throw new Error(JSON.stringify(outcome))
  }
  return {
    commands,
    /** Whether this process decides on a playlist. */
    isOurs: (id: string) => owned.has(partitionOf(id, partitions)),
    create: (id: string) => submit(id, { do: 'create', details }),
    addOne: (id: string) => submit(id, add),
    moveOne: (id: string) => submit(id, swap),
    addMany: (id: string, count: number) =>
      submit(id, { do: 'edit', edits: [{ add: Array.from({ length: count }, () => ({ trackId })) }] }),
  }
}

/** See {@link createWritePath}. */
export type WritePath = Awaited<ReturnType<typeof createWritePath>>
