import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Answer, type Client, clientOf } from './client.ts'
import { editUntil } from './editing-load.ts'
import { expectHistoryToHoldAcknowledged, expectViewsToEqual } from './expectations.ts'
import { type Platform, startPlatform } from './platform.ts'

/** After so long without an answer a client asks another process, under the same key; the first one may still do it. */
const patienceMs = 5_000
const playlistCount = 12

/** Sends each request to the next command process, whoever owns the playlist; counts what is done, keeps what is refused. */
const createLoad = (client: Client) => {
  const edits = new Map<string, number>()
  const refused: Answer[] = []
  let turn = 0
  const through: Client = {
    ...client,
    command: async (method, path, sent) => {
      const command = client.commands[turn++ % client.commands.length] ?? client.command
      const answer = await command(method, path, { ...sent, signal: AbortSignal.timeout(patienceMs) })
      if (answer.status < 300) edits.set(path, (edits.get(path) ?? 0) + 1)
      else refused.push(answer)
      return answer
    },
  }
  return { through, edits, refused }
}

describe('partitions move between command processes, nothing is lost, and nothing takes effect twice', () => {
  let platform: Platform
  let client: Client
  beforeAll(async () => {
    platform = await startPlatform({ commandProcesses: 3 })
    client = await clientOf(platform, 'ann')
  }, 180_000)
  afterAll(() => platform.stop())

  /** Edits through every process; each step of the fault ends when every playlist has been edited again since. */
  const editThrough = async (...steps: readonly (() => Promise<void> | void)[]) => {
    const { through, edits, refused } = createLoad(client)
    let isOver = false
    const editing = Promise.all(
      Array.from({ length: playlistCount }, (_, seed) => editUntil(through, seed + 1, () => isOver)),
    )
    /** A creation and edits have paths of their own. */
    const untilAllEdited = async () => {
      const before = new Map(edits)
      const grown = () => [...edits].filter(([path, count]) => count >= (before.get(path) ?? 0) + 3).length
      while (grown() < playlistCount) await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const playThrough = async () => {
      await untilAllEdited()
      for (const step of steps) {
        await step()
        await untilAllEdited()
      }
      isOver = true
    }
    await Promise.race([playThrough(), editing])
    return { refused, models: await editing }
  }
  const verify = async ({ refused, models }: Awaited<ReturnType<typeof editThrough>>) => {
    await expectHistoryToHoldAcknowledged(platform, models)
    await expectViewsToEqual(client, models)
    for (const { status, headers } of refused) {
      expect([429, 503]).toContain(status)
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
  }

  test('one is killed and comes back', async () => {
    await verify(
      await editThrough(
        () => platform.kill('producers-2'),
        () => platform.restart('producers-2'),
      ),
    )
  }, 240_000)

  test('one is told to stop and comes back', async () => {
    await verify(
      await editThrough(
        () => platform.halt('producers-3'),
        () => platform.start('producers-3'),
      ),
    )
  }, 240_000)

  test('one stands still for longer than its session, and goes on', async () => {
    let proceed: () => void = () => undefined
    await verify(
      await editThrough(
        () => {
          proceed = platform.pause('producers')
        },
        () => proceed(),
      ),
    )
  }, 240_000)
})
