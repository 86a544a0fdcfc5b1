import { afterAll, beforeAll, describe, test } from '@jest/globals'
import { type Client, clientOf } from './client.ts'
import { editUntil, type Model } from './editing-load.ts'
import { expectHistoryToHoldAcknowledged, expectViewsToEqual } from './expectations.ts'
import { crashEngine, type Platform, startPlatform } from './platform.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('kill -9 in the middle of edits loses nothing that was acknowledged and applies nothing twice', () => {
  let platform: Platform
  let client: Client
  beforeAll(async () => {
    platform = await startPlatform()
    client = await clientOf(platform, 'ann')
  }, 120_000)
  afterAll(() => platform.stop())

  const editThrough = async (fault: () => Promise<void>): Promise<readonly Model[]> => {
    let isOver = false
    const editing = Promise.all(
      Array.from({ length: 12 }, (_, seed) => editUntil(client, seed + 1, () => isOver)),
    )
    await Promise.race([pause(1_500), editing])
    await Promise.race([fault(), editing])
    await Promise.race([pause(1_500), editing])
    isOver = true
    return editing
  }
  const crash = async (service: string) => {
    await platform.kill(service)
    await pause(300)
    await platform.restart(service)
  }

  test.each<[string, () => Promise<void>]>([
    ['the command process', () => crash('producers')],
    ['the projectors', () => crash('projectors')],
    ['the query process', () => crash('query-api')],
    ['Cassandra, which forgets its newest writes', () => crashEngine('cassandra')],
    ['OpenSearch', () => crashEngine('opensearch')],
    ['Kafka', () => crashEngine('kafka')],
  ])(
    '%s',
    async (_name, fault) => {
      const models = await editThrough(fault)
      await expectHistoryToHoldAcknowledged(platform, models)
      await expectViewsToEqual(client, models)
    },
    240_000,
  )
})
