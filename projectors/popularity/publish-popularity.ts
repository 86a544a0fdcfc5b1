import type { RecordedEvent } from '@reprise/core/event.ts'
import { popularityEventIdOf } from '@reprise/core/identity.ts'
import { entityRowLayoutOf } from '@reprise/core/layout/entity-layout.ts'
import { logPieces } from '@reprise/core/log-pieces.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Appender } from '@reprise/core/ports/log.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { createCountReader } from '@reprise/core/readers/count-reader.ts'
import type { PopularityChanged } from '@reprise/schemas/generated/events.ts'
import { catalogue } from '../catalogue.projection.ts'
import { createBoundedCache } from '../engine/bounded-cache.ts'
import { eachBounded } from '../engine/each-bounded.ts'
import type { GatheredPopularity, Popularity } from '../engine/popularity.ts'
import { ofAllTime, playTotals } from '../play-totals.projection.ts'

/** What is remembered of an entity since its total was last looked at. */
type Looked = { readonly total: number; readonly power: number; readonly grown: number }

/** So many entities are remembered; another one is looked at again, which costs two reads. */
const rememberedMax = 100_000

/** A partition looks at a total when its own part has grown by this share of an even part of it. */
const lookShare = 1 / 8

/**
 * Says in `catalogue-changes` when the counted plays of a track, artist or album have reached another power of two, so
 * that views of the catalogue join it. A partition looks at the total only when it has itself added enough to matter:
 * the word comes when the power is exceeded by an eighth at the latest, and a hot song costs no more than others.
 * Published again after a crash it changes nothing: only a greater power counts.
 */
export const createPopularity = (options: {
  readonly rows: RowStore
  readonly codec: EventCodec
  readonly appender: Appender
  /** How many partitions `playback-events` has. */
  readonly partitions: number
}): Popularity => {
  const { rows, codec, appender, partitions } = options
  const totalsOf = createCountReader(rows, playTotals)
  const { table, entityIn } = entityRowLayoutOf(catalogue)
  const looked = createBoundedCache<Looked>(rememberedMax, () => 1)

  const totalOf = async (entity: string): Promise<number> =>
    (await totalsOf(entity, [ofAllTime])).get(ofAllTime)?.get(ofAllTime)?.plays ?? 0
  const powerShownOf = async (entity: string): Promise<number> => {
    const [row] = await rows.read(table, { partition: { entity } })
    return row === undefined ? -1 : entityIn(row).value.popularity
  }

  /** The event to publish, if the total has reached another power. */
  const look = async ({ entity, recordedAt }: Grown, before: Looked | undefined) => {
    const total = await totalOf(entity)
    const known = before?.power ?? (await powerShownOf(entity))
    const power = total > 0 ? Math.floor(Math.log2(total)) : -1
    looked.set(entity, { total, power: Math.max(power, known), grown: 0 })
    return power > known ? popularityChanged(entity, power, recordedAt) : undefined
  }

  const publish = async (grown: readonly Grown[]): Promise<void> => {
    const due = grown.filter(({ entity, by }) => {
      const before = looked.get(entity)
      if (before === undefined) return true
      const grown = before.grown + by
      if (grown >= (before.total * lookShare) / partitions) return true
      looked.set(entity, { ...before, grown })
      return false
    })
    const events: PopularityChanged[] = []
    await eachBounded(due, async (grown) => {
      const event = await look(grown, looked.get(grown.entity))
      if (event) events.push(event)
    })
    if (events.length > 0) await append(events)
  }

  const append = async (events: readonly PopularityChanged[]): Promise<void> => {
    const records = events.map((event) => ({
      partition: 0,
      key: event.meta.streamId,
      value: codec.encode('catalogue-changes', 'PopularityChanged', event),
      headers: { ce_id: event.meta.eventId, ce_type: 'PopularityChanged' },
    }))
    try {
      for (const piece of logPieces(records)) await appender.append(piece)
    } catch (cause) {
      for (const { meta } of events) looked.set(meta.streamId, { total: 0, power: -1, grown: 0 })
      throw new StoreUnavailable(`the log does not take popularity: ${(cause as Error).message}`, { cause })
    }
  }
  const gather = (): GatheredPopularity => {
    const grown = new Map<string, Grown>()
    return {
      add: (counted) => {
        for (const event of counted) grow(grown, event)
      },
      publish: async () => {
        if (grown.size === 0) return
        await publish([...grown.values()])
        grown.clear()
      },
    }
  }
  return { of: playTotals.name, gather }
}

type Grown = { readonly entity: string; readonly by: number; readonly recordedAt: number }

/** Only what the catalogue knew: anyone can make up ids. */
const grow = (grown: Map<string, Grown>, event: RecordedEvent): void => {
  if (!('resolved' in event.data) || !event.data.resolved) return
  for (const { entity } of playTotals.key(event as never) as readonly { readonly entity: string }[])
    grown.set(entity, { entity, by: (grown.get(entity)?.by ?? 0) + 1, recordedAt: event.recordedAt })
}

/** Its id derives from what it says, so the same said twice is the same event. */
const popularityChanged = (entity: string, power: number, occurredAt: number): PopularityChanged => {
  const [kind = '', ...rest] = entity.split('/')
  const id = popularityEventIdOf(entity, power)
  return {
    meta: {
      eventId: id,
      commandId: id,
      bodyHash: '',
      streamId: entity,
      streamVersion: null,
      actorId: 'reprise',
      deviceId: null,
      lamport: null,
      occurredAt,
    },
    kind: kind as PopularityChanged['kind'],
    id: rest.join('/'),
    power,
  }
}
