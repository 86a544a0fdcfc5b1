import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { crashEngine, type Platform, restartEngine } from '../platform.ts'
import { expectViewsToEqualTheFold } from './expect-views.ts'
import { createFedHistory, type FedHistory } from './fed-history.ts'
import { startFleet } from './projector-fleet.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
/** Longer than the session of a reader's group: its partitions go to the other process meanwhile. */
const pastTheSessionMs = 12_500

describe('every row equals an independent fold of the log, and counts are exact, whatever happens meanwhile', () => {
  let platform: Platform
  let history: FedHistory
  beforeAll(async () => {
    platform = await startFleet()
    history = await createFedHistory(platform, { seed: 6, events: 12_000, partitions: 4 })
  }, 120_000)
  afterAll(async () => {
    await history.close()
    await platform.stop()
  })

  const killProjectors = async () => {
    await platform.kill('projectors')
    await pause(300)
    await platform.restart('projectors')
    await platform.kill('projectors-2')
    await platform.restart('projectors-2')
  }
  const pauseOne = async () => {
    const goOn = platform.pause('projectors')
    await pause(pastTheSessionMs)
    goOn()
  }
  const comeAndGo = async () => {
    for (let round = 0; round < 3; round++) {
      await platform.halt('projectors-2')
      await platform.start('projectors-2')
      await pause(1_000)
    }
  }

  test.each<[string, () => Promise<unknown>]>([
    ['projectors are killed', killProjectors],
    ['a projector stands still past its session, then goes on', pauseOne],
    ['a worker joins and leaves every few seconds', comeAndGo],
    ['Cassandra is stopped and started', () => restartEngine('cassandra')],
    ['Cassandra is killed and forgets its newest writes', () => crashEngine('cassandra')],
    ['OpenSearch is stopped and started', () => restartEngine('opensearch')],
  ])(
    '%s',
    async (_name, fault) => {
      const isOver = new AbortController()
      const feeding = (async () => {
        while (!isOver.signal.aborted) await history.feed(50, 500)
      })()
      await pause(1_000)
      await fault()
      await pause(1_000)
      isOver.abort()
      await feeding
      // What is written last is written when all is well again: who lost a tail must have gone back for it.
      await history.feed(100, 500)
      const { 'song-counts': counts } = await expectViewsToEqualTheFold(platform)
      expect(Object.keys(counts).length).toBeGreaterThan(10)
    },
    300_000,
  )
})
