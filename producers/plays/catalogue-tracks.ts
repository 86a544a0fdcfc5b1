import { LRUCache } from 'lru-cache'
import { entityIdOf, type Track } from '@reprise/core/catalogue/entity.ts'
import { catalogueEventOf } from '@reprise/core/catalogue/row-change.ts'
import { entityRowLayoutOf } from '@reprise/core/layout/entity-layout.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log, LogBatch, Reader } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { catalogue } from '@reprise/projectors/catalogue.projection.ts'
import type { TrackFacts } from './play-event.ts'

/** What the catalogue knows of tracks. */
export type CatalogueTracks = {
  /** The facts of those that it has. @throws {StoreUnavailable} when one must be looked up and can't be. */
  readonly factsOf: (trackIds: readonly string[]) => Promise<ReadonlyMap<string, TrackFacts>>
  readonly close: () => Promise<void>
}

type Entry = { readonly facts: TrackFacts | undefined }

const rememberedMax = 50_000
/** The bound on how old a fact can be, whatever goes wrong with following the topic. */
const rememberedMs = 60_000
const lookUpsMax = 64
const againMs = 1_000
const topic = 'catalogue-changes'

/**
 * Remembers the tracks that are played, as the view of the catalogue has them; a track that the topic says has changed
 * is looked up again, and is remembered only once the view is as new as the change.
 */
export const createCatalogueTracks = async (options: {
  readonly log: Log
  readonly codec: EventCodec
  readonly rows: RowStore
  readonly logger: Logger
}): Promise<CatalogueTracks> => {
  const { log, rows, logger } = options
  const { table, entityIn } = entityRowLayoutOf(catalogue)
  const known = new LRUCache<string, Entry>({ max: rememberedMax, ttl: rememberedMs })
  const changes = new LRUCache<string, number>({ max: rememberedMax, ttl: rememberedMs })
  const underWay = new Map<string, Promise<Entry>>()
  let reader: Reader | undefined
  let again: NodeJS.Timeout | undefined
  let isClosed = false

  let isThere: Promise<void> | undefined
  /** The projectors make the view and mind its layout; until they do, the catalogue is empty. */
  const ensured = (): Promise<void> =>
    (isThere ??= rows.ensure({ ...table, layout: undefined }).catch((reason: unknown) => {
      isThere = undefined
      throw reason
    }))
  const lookUp = async (trackId: string): Promise<Entry> => {
    await ensured()
    const [row] = await rows.read(table, { partition: { entity: entityIdOf('track', trackId) } })
    const found = row && entityIn(row)
    const entry = { facts: found && factsIn(found.value as Track) }
    if ((found?.position ?? -1) >= (changes.get(trackId) ?? -1)) known.set(trackId, entry)
    return entry
  }
  const lookUpOnce = (trackId: string): Promise<Entry> => {
    const asked = underWay.get(trackId) ?? lookUp(trackId).finally(() => underWay.delete(trackId))
    underWay.set(trackId, asked)
    return asked
  }
  const factsOf = async (trackIds: readonly string[]): Promise<ReadonlyMap<string, TrackFacts>> => {
    const facts = new Map<string, TrackFacts>()
    const ids = [...new Set(trackIds)]
    for (let at = 0; at < ids.length; at += lookUpsMax)
      await Promise.all(
        ids.slice(at, at + lookUpsMax).map(async (id) => {
          const entry = known.get(id) ?? (await lookUpOnce(id))
          if (entry.facts) facts.set(id, entry.facts)
        }),
      )
    return facts
  }

  const onBatch = async ({ records }: LogBatch): Promise<void> => {
    const { codec } = options
    await codec.learn(records.map(({ value }) => value))
    for (const { value, offset } of records) {
      const { type, value: change } = codec.decode(value)
      const event = type === 'PopularityChanged' ? undefined : catalogueEventOf(change, offset)
      if (event?.kind !== 'track') continue
      changes.set(event.id, offset)
      underWay.delete(event.id)
      known.delete(event.id)
    }
  }
  const follow = async (): Promise<void> => {
    const [end = 0] = await log.endOffsets(topic)
    reader = await log.read({ topic, resumeAt: () => Promise.resolve(end), onBatch, onStopped: followAgain })
    known.clear()
  }
  const followAgain = (reason: Error): void => {
    if (isClosed) return
    logger.warn({ reason: reason.message }, 'following the catalogue stopped; beginning again')
    known.clear()
    again = setTimeout(() => {
      void Promise.resolve(reader?.close()).then(follow).catch(followAgain)
    }, againMs)
  }

  await follow()
  return {
    factsOf,
    close: async () => {
      isClosed = true
      clearTimeout(again)
      await reader?.close()
    },
  }
}

const factsIn = ({ facts, artists }: Track): TrackFacts | undefined =>
  facts
    ? {
        durationMs: facts.durationMs,
        artistIds: artists.map(({ artistId }) => artistId),
        albumId: facts.albumId,
      }
    : undefined
