import { expect } from '@jest/globals'
import { type Client, seen } from './client.ts'
import type { Model } from './editing-load.ts'
import { readTopic } from './log-reading.ts'
import type { Platform } from './platform.ts'

/** The tracks of a playlist as the query API shows them, all pages of them. */
export const tracksOf = async (client: Client, model: Model): Promise<readonly string[]> => {
  const tracks: string[] = []
  for (let offset = 0; ; offset += 100) {
    const headers = model.last ? seen(model.last) : {}
    const { status, body } = await client.query(
      'GET',
      `/v1/playlists/${model.id}/tracks?limit=100&offset=${offset}`,
      { headers },
    )
    if (status !== 200) throw new Error(`tracks: ${status} ${JSON.stringify(body)}`)
    tracks.push(...body.items.map((item: { trackId: string }) => item.trackId))
    if (body.items.length < 100) return tracks
  }
}

/** What the query API shows is what each playlist's only writer did, item by item. */
export const expectViewsToEqual = async (client: Client, models: readonly Model[]): Promise<void> => {
  for (const model of models) {
    expect(await tracksOf(client, model)).toEqual(model.tracks)
    const details = await client.query('GET', `/v1/playlists/${model.id}`, {
      headers: model.last ? seen(model.last) : {},
    })
    expect(details.body.trackCount).toBe(model.tracks.length)
    expect(details.headers.get('etag')?.split('-')[0]).toBe(`"${model.version}`)
  }
}

/** Every acknowledged command stands in the accepted history where its answer says, once, and nothing else does. */
export const expectHistoryToHoldAcknowledged = async (
  platform: Platform,
  models: readonly Model[],
): Promise<void> => {
  const accepted = (await readTopic(platform, 'playlist-events')).filter((record) => record.accepted)
  for (const model of models) {
    const own = accepted.filter(({ key }) => key === model.id)
    expect(own.map(({ partition, offset, event }) => [partition, offset, event.meta.streamVersion])).toEqual(
      model.acknowledged.map(({ position, version }) => [position.partition, position.offset, version]),
    )
  }
}
