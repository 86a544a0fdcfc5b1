import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Client as OpenSearch } from '@opensearch-project/opensearch'
import { changeSchema } from '@reprise/adapters/testing/change-schema.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { storeNamesOf } from '@reprise/core/layout/store-names.ts'
import { type Answer, type Client, clientOf, seen, untilAnswered } from './client.ts'
import { deleteIndexes } from './delete-indexes.ts'
import { editUntil, type Model } from './editing-load.ts'
import { expectViewsToEqual } from './expectations.ts'
import { type Platform, restartEngine, startPlatform } from './platform.ts'

const dropViews = async (platform: Platform): Promise<void> => {
  const configuration = configurationOf(platform.environment)
  const { keyspace, indexPrefix } = storeNamesOf(configuration.namespace)
  await changeSchema(configuration, `DROP KEYSPACE ${keyspace}`)
  const documents = new OpenSearch({ node: configuration.openSearch })
  await deleteIndexes(documents, indexPrefix)
  await documents.close()
}

describe('every view can be deleted and rebuilt from the log, and survives an orderly stop (law 1)', () => {
  let platform: Platform
  let client: Client
  let models: readonly Model[]
  let played: Answer
  let answers: readonly unknown[]
  const startedAt = Date.now() - 3_600_000

  /** What clients read, at least as new as all that was written. */
  const read = async (): Promise<readonly unknown[]> => {
    const last = models.map((model) => model.last).filter((answer) => answer !== undefined)
    const asking = { headers: seen(played, ...last) }
    const paths = [
      '/v1/me/plays?limit=100',
      '/v1/tracks/hit/counts?window=all',
      `/v1/tracks/hit/counts?window=day&from=${startedAt}`,
      '/v1/search?q=list&type=playlist&limit=50',
      ...models.map(({ id }) => `/v1/playlists/${id}`),
      ...models.map(({ id }) => `/v1/playlists/${id}/tracks?limit=100`),
    ]
    return Promise.all(
      paths.map(async (path) => {
        const { status, body, headers } = await untilAnswered(() => client.query('GET', path, asking))
        if (status !== 200) return { path, status, body: { code: body.code } }
        return { path, status, body, etag: headers.get('etag') }
      }),
    )
  }

  beforeAll(async () => {
    platform = await startPlatform()
    client = await clientOf(platform, 'ann')
    const over = Date.now() + 3_000
    models = await Promise.all(
      Array.from({ length: 6 }, (_, seed) => editUntil(client, seed + 1, () => Date.now() > over)),
    )
    const plays = Array.from({ length: 300 }, (_, at) => ({
      trackId: at % 3 === 0 ? 'hit' : `track-${at % 7}`,
      startedAt: startedAt + (at % 250) * 1_000,
      msPlayed: at % 5 === 0 ? 4_000 : 40_000,
      reasonEnd: at % 5 === 0 ? 'fwdbtn' : 'trackdone',
    }))
    played = await client.command('POST', '/v1/plays', { body: { plays } })
    answers = await read()
  }, 300_000)
  afterAll(() => platform.stop())

  test('the answers before are right', async () => {
    expect(answers.filter((answer) => (answer as { status: number }).status !== 200)).toEqual([])
    await expectViewsToEqual(client, models)
  })

  test('without keyspace and indexes, the projectors rebuild the same answers', async () => {
    await platform.kill('projectors')
    await dropViews(platform)
    await platform.restart('projectors')
    expect(await read()).toEqual(answers)
  }, 300_000)

  test('after every engine and service was stopped and started, the same answers', async () => {
    for (const service of ['query-api', 'projectors', 'producers']) await platform.halt(service)
    for (const engine of ['opensearch', 'cassandra', 'registry', 'kafka'] as const)
      await restartEngine(engine)
    for (const service of ['producers', 'projectors', 'query-api']) await platform.start(service)
    expect(await read()).toEqual(answers)
  }, 360_000)
})
