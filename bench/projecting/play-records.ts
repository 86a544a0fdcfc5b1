import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import { header } from '@reprise/core/event.ts'
import type { LogRecord } from '@reprise/core/ports/log.port.ts'
import { partitionOf } from '@reprise/schemas/partition.ts'
import { idSource, randomSource } from './random-source.ts'

const users = 20_000
const tracks = 87_000
const countries = ['SE', 'SE', 'SE', 'NL', 'DE', 'US'] as const
/** A copy is of one of the newest so many plays: retries and queues flushed again follow soon. */
const rememberedMax = 5_000
const dayMs = 86_400_000

/**
 * Plays as the command API appends them: users alike, tracks by Zipf's law, one in seven a skip; one in fifty recorded
 * days after its start, one in a hundred a copy of an earlier one.
 */
export const playRecords = (codec: EventCodec, partitions: number): (() => LogRecord) => {
  const random = randomSource(1)
  const eventId = idSource(1)
  const identity = idSource(2)
  const commandId = idSource(3)
  const remembered: Play[] = []

  const fresh = (): Play => {
    const track = Math.floor(tracks ** random()) - 1
    const isSkip = random() < 0.14
    const msPlayed = isSkip ? Math.floor(random() * 60_000) : 180_000 + Math.floor(random() * 60_000)
    const late = random() < 0.02 ? Math.floor(random() * 20 * dayMs) : Math.floor(random() * 60_000)
    return {
      type: isSkip ? 'TrackSkipped' : 'TrackPlayed',
      user: `user-${Math.floor(random() * users)}`,
      data: {
        identity: identity(),
        playId: null,
        trackId: `4iV5W9uYEdYUVa7${String(track).padStart(7, '0')}`,
        startedAt: Date.now() - msPlayed - late,
        msPlayed,
        reasonStart: 'trackdone',
        reasonEnd: isSkip ? 'fwdbtn' : 'trackdone',
        context: null,
        country: countries[Math.floor(random() * countries.length)],
        shuffle: false,
        offline: false,
        import: false,
        durationMs: 240_000,
        artistIds: [`0OdUWJ0sBjDrqHy${String(track % 20_000).padStart(7, '0')}`],
        albumId: `2noRn2Aes5aoNVs${String(track % 40_000).padStart(7, '0')}`,
        resolved: true,
      },
    }
  }
  const next = (): Play => {
    const copied = random() < 0.01 ? remembered[Math.floor(random() * remembered.length)] : undefined
    const play = copied ?? fresh()
    remembered[Math.floor(random() * rememberedMax)] = play
    return play
  }
  return () => {
    const { type, user, data } = next()
    const id = eventId()
    const meta = {
      eventId: id,
      commandId: commandId(),
      bodyHash: '47DEQpj8HBSa-_TImW-5JA',
      streamId: user,
      streamVersion: null,
      actorId: user,
      deviceId: 'phone',
      lamport: null,
      occurredAt: data.startedAt,
    }
    return {
      partition: partitionOf(user, partitions),
      key: user,
      value: codec.encode('playback-events', type, { meta, ...data }),
      headers: { [header.id]: id, [header.type]: type },
    }
  }
}

type Play = {
  readonly type: 'TrackPlayed' | 'TrackSkipped'
  readonly user: string
  readonly data: { readonly startedAt: number } & Readonly<Record<string, unknown>>
}
