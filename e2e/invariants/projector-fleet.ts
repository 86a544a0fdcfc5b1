import { withLog } from '@reprise/cli/log/with-log.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { servicePart } from '@reprise/infra/services/service.part.ts'
import type { EventTopic } from '@reprise/schemas/topics.ts'
import type { ProjectionProgress } from '@reprise/schemas/generated/events.ts'
import { type Platform, startPlatform } from '../platform.ts'
import { startedFrom } from '../started-from.ts'

/** A second projector process: the two share the partitions. */
const second = servicePart({
  name: 'projectors-2',
  folder: 'projectors',
  needs: ['kafka', 'registry', 'cassandra', 'opensearch'],
  port: 4020,
  portVariable: 'REPRISE_PROJECTOR_PORT',
  addressVariable: 'REPRISE_PROJECTOR_2',
})

/** Both projector processes. */
export const projectorNames = ['projectors', 'projectors-2'] as const

/**
 * Two projector processes and a query process; the log has no other writer than the test. Where a folder is named,
 * they run from the copy of the sources in it.
 */
export const startFleet = (folder?: string): Promise<Platform> =>
  startPlatform({
    changed: (parts) =>
      [...parts.filter(({ name }) => name === 'projectors' || name === 'query-api'), second].map((part) =>
        folder === undefined ? part : startedFrom(folder, part),
      ),
  })

type Watched = { readonly name: string; readonly from: EventTopic }

/** A view's newest word on one partition. */
export type Said = Pick<ProjectionProgress, 'projection' | 'partition' | 'watermark' | 'quarantined'>

/**
 * Resolves when each view has been applied to the ends of its topic as they stand now, by its last word on that, with
 * these words.
 */
export const untilApplied = (platform: Platform, views: readonly Watched[]): Promise<readonly Said[]> =>
  withLog(configurationOf(platform.environment), async ({ log, codec }) => {
    const said = new Map<string, Said>()
    const missing: string[] = []
    const { promise, resolve, reject } = Promise.withResolvers<undefined>()
    const ends = new Map<EventTopic, readonly number[]>()
    for (const { from } of views) ends.set(from, await log.endOffsets(from))
    const look = () => {
      missing.length = 0
      for (const { name, from } of views)
        for (const [partition, end] of (ends.get(from) ?? []).entries())
          if (end > 0 && said.get(`${name}/${partition}`)?.watermark !== end)
            missing.push(`${name}/${partition} at ${end}`)
      if (missing.length === 0) resolve(undefined)
    }
    const timer = setTimeout(() => {
      const words = missing.map((each) => `${each}, said ${said.get(each.split(' ')[0] ?? '')?.watermark}`)
      reject(new Error(`not applied after two minutes: ${words.join('; ')}`))
    }, 120_000)
    const reader = await log.read({
      topic: 'projection-progress',
      resumeAt: () => Promise.resolve(0),
      onBatch: ({ records }) => {
        for (const { value } of records) {
          const word = codec.decode(value).value as ProjectionProgress
          said.set(`${word.projection}/${word.partition}`, word)
        }
        look()
        return Promise.resolve()
      },
      onStopped: reject,
    })
    await promise.finally(() => clearTimeout(timer))
    await reader.close()
    return [...said.values()]
  })
