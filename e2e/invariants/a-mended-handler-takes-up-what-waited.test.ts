import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { operatorOf } from '../operator.ts'
import type { Patch } from '../planted-bugs/planted-bugs.ts'
import { type PatchedSources, sourcesWith } from '../planted-bugs/sources-with.ts'
import type { Platform } from '../platform.ts'
import { expectViewsToEqualTheFold } from './expect-views.ts'
import { createFedHistory, type FedHistory } from './fed-history.ts'
import { projectorNames, startFleet, untilApplied } from './projector-fleet.ts'
import { comparedViews } from './stored-views.ts'

const root = join(import.meta.dirname, '..', '..')

/** Handlers that fail for some events of some keys: in a list, in a search document and in counts. */
const mistakes: readonly Patch[] = [
  {
    file: 'projectors/playlist-tracks.projection.ts',
    find: 'for (const step of data.steps)',
    replace: `if (/[14]$/.test(meta.streamId) && data.steps.length > 5) throw new Error('too many steps')
      for (const step of data.steps)`,
  },
  {
    file: 'projectors/playlist-search.projection.ts',
    find: 'return { ...next, trackCount: next.trackCount + data.added - data.removed }',
    replace: `if (/[25]$/.test(next.playlistId) && next.trackCount > 10) throw new Error('too many tracks')
      return { ...next, trackCount: next.trackCount + data.added - data.removed }`,
  },
  {
    file: 'projectors/song-counts.projection.ts',
    find: 'return `${allTime}:${country}`',
    replace: "return `${allTime}:${data.trackId === 'track-3' ? country.missing.length : country}`",
  },
]
const mistaken = ['playlist-search', 'playlist-tracks', 'song-counts']

describe('when a handler that threw was mended, a redrive takes up exactly what waited', () => {
  let sources: PatchedSources
  let platform: Platform
  let history: FedHistory
  let operate: ReturnType<typeof operatorOf>

  beforeAll(async () => {
    sources = await sourcesWith(mistakes)
    platform = await startFleet(sources.folder)
    operate = operatorOf(platform, await platform.tokenOf('operator-1', { roles: ['operator'] }))
    history = await createFedHistory(platform, { seed: 12, events: 2_400, partitions: 4 })
  }, 120_000)
  afterAll(async () => {
    await history.close()
    await platform.stop()
    await sources.remove()
  })

  const quarantinedViews = async (): Promise<readonly string[]> => {
    const said = await untilApplied(platform, comparedViews)
    const waiting = said.filter(({ quarantined }) => quarantined.length > 0)
    return [...new Set(waiting.map(({ projection }) => projection))].sort()
  }

  test('its keys wait, and a redrive before that is in vain', async () => {
    await history.feed(800, 1_000)
    expect(await quarantinedViews()).toEqual(mistaken)
    const outcomes = await operate(['redrive', '--projection', 'song-counts'])
    expect(outcomes.map(({ outcome }: { outcome: string }) => outcome)).toContain('failed')
    expect(await quarantinedViews()).toEqual(mistaken)
  }, 300_000)

  test('mended and redriven beside new events, every row equals the fold, and the keys go on', async () => {
    for (const { file } of mistakes) await cp(join(root, file), join(sources.folder, file))
    for (const name of projectorNames) await platform.restart(name)
    const feeding = history.feed(800, 4_000)
    for (const name of mistaken) {
      const outcomes = await operate(['redrive', '--projection', name])
      expect(outcomes.length).toBeGreaterThan(0)
      for (const { outcome } of outcomes) expect(outcome).toBe('redriven')
    }
    await feeding
    await expectViewsToEqualTheFold(platform)
    expect(await operate(['list'])).toEqual([])

    await history.feed(800, 1_000)
    await expectViewsToEqualTheFold(platform)
  }, 300_000)
})
