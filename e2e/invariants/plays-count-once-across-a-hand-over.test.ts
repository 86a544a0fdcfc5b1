import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { HistoryWriter, TestEvent } from '@reprise/projectors/testing/history-writer.ts'
import { playOf } from '@reprise/projectors/testing/playback-history.ts'
import type { Random } from '@reprise/projectors/testing/random.ts'
import { readTopic } from '../log-reading.ts'
import type { Platform } from '../platform.ts'
import { expectViewsToEqualTheFold } from './expect-views.ts'
import { createFedHistory, type FedHistory } from './fed-history.ts'
import { startFleet } from './projector-fleet.ts'

const partitions = 4
const events = 8_000

/** Plays of the last minutes, which memory may decide: two in five are copies of any that was sent before. */
const writeFreshPlays = ({ append }: HistoryWriter, random: Random): void => {
  const endedAt = Date.now() - 60_000
  const sent: { readonly user: string; readonly event: TestEvent }[] = []
  for (let nth = 0; nth < events; nth++) {
    const again = sent.length > 0 && random.chance(0.4) ? random.pick(sent) : undefined
    if (again) {
      append(again.user, again.event, { copy: true })
      continue
    }
    const startedAt = endedAt - 40_000 - random.below(300_000)
    const data = playOf(`fresh-${nth}`, { trackId: `track-${random.below(4)}`, startedAt, msPlayed: 40_000 })
    const user = `user-${random.below(16)}`
    sent.push({ user, event: { type: 'TrackPlayed', data } })
    append(user, { type: 'TrackPlayed', data })
  }
}

type Service = 'projectors' | 'projectors-2'

describe('processes that hand the partitions of plays to each other count every play once', () => {
  let platform: Platform
  let history: FedHistory
  beforeAll(async () => {
    platform = await startFleet()
    history = await createFedHistory(platform, { seed: 31, events, partitions, plays: writeFreshPlays })
  }, 120_000)
  afterAll(async () => {
    await history.close()
    await platform.stop()
  })

  /** What the play index of a process has done since it started. */
  const indexOf = async (service: Service) => {
    const text = await (await fetch(`${platform.addressOf(service)}/metrics`)).text()
    const of = (name: string) =>
      Number(new RegExp(`^reprise_play_index_${name}_total (\\d+)`, 'm').exec(text)?.[1] ?? 0)
    return { decided: of('decided'), duplicates: of('duplicates'), lookedUp: of('looked_up') }
  }
  /** Feeds until a process has found copies since then, and memory alone has decided plays there. */
  const feedUntilWarm = async (service: Service, then: Awaited<ReturnType<typeof indexOf>>) => {
    const until = Date.now() + 60_000
    for (let fed = 0, decidedThen = -1; Date.now() < until;) {
      const { decided, duplicates, lookedUp } = await indexOf(service)
      const isWarm =
        duplicates > then.duplicates + 20 && decided - lookedUp > then.decided - then.lookedUp + 100
      if (fed > 0 && isWarm) return
      // What it has not come to yet warms nothing, and there is an end to the history.
      if (decided > decidedThen && fed < events / 4) {
        decidedThen = decided
        fed += 100
        await history.feed(100, 100)
      } else await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`${service} is not warm: ${JSON.stringify(await indexOf(service))}`)
  }
  const endsNow = async () => {
    const ends = Array<number>(partitions).fill(0)
    for (const { partition, offset } of await readTopic(platform, 'playback-events'))
      ends[partition] = Math.max(ends[partition] ?? 0, offset + 1)
    return ends
  }
  /** How many copies stand behind these ends of plays before them, per partition. */
  const copiesAcross = async (ends: readonly number[]) => {
    const firsts = new Map<string, number>()
    const across = ends.map(() => 0)
    for (const { partition, offset, key, event } of await readTopic(platform, 'playback-events')) {
      if (event.type !== 'TrackPlayed') continue
      const id = `${key} ${event.data.identity}`
      const first = firsts.get(id)
      if (first === undefined) firsts.set(id, offset)
      else if (first < (ends[partition] ?? 0) && offset >= (ends[partition] ?? 0))
        across[partition] = (across[partition] ?? 0) + 1
    }
    return across
  }

  test.each<[string, () => Promise<unknown>, Service]>([
    ['one leaves', () => platform.halt('projectors-2'), 'projectors'],
    ['one joins', () => platform.start('projectors-2'), 'projectors-2'],
    ['one is killed', () => platform.kill('projectors'), 'projectors-2'],
    ['it comes back', () => platform.restart('projectors'), 'projectors'],
  ])(
    '%s',
    async (_name, handOver, heir) => {
      await history.feed(300, 500)
      const before = await endsNow()
      const then = await indexOf(heir).catch(() => ({ decided: 0, duplicates: 0, lookedUp: 0 }))
      await Promise.all([history.feed(300, 1_000), handOver()])
      await feedUntilWarm(heir, then)
      for (const copies of await copiesAcross(before)) expect(copies).toBeGreaterThan(5)
      await expectViewsToEqualTheFold(platform)
    },
    300_000,
  )
})
