import type { ApiClient, ApiRequest } from './api-client.ts'
import { inParallel } from './in-parallel.ts'
import { UnexpectedAnswer } from './replay-edits.ts'
import type { Progress } from './screen.ts'

/** Views of a long replay may lag behind for a while, as long as they come. */
const patienceMs = 30 * 60_000

/** Resolves when every view shows everything up to these positions; one route for each view is asked until it does. */
export const awaitViews = async (options: {
  readonly client: ApiClient
  readonly minPosition: string
  readonly playlistId: string
  readonly trackId: string
  readonly userId: string
  readonly progress: Progress
}): Promise<void> => {
  const { client, minPosition, playlistId, trackId, userId } = options
  const paths = viewPaths(playlistId, trackId)
  await inParallel(paths, paths.length, async (path) => {
    const asked: ApiRequest = { api: 'query', method: 'GET', path, userId, patienceMs }
    const answer = await client.request({
      ...asked,
      ...(minPosition !== '' && { headers: { 'reprise-min-position': minPosition } }),
    })
    // A playlist that was deleted is not there any more, and that too is an answer at this position.
    if (answer.status >= 300 && answer.status !== 404)
      throw new UnexpectedAnswer(`GET ${path}: ${answer.status} ${JSON.stringify(answer.json)}`)
    options.progress.advance(1)
  })
}

/** How many routes show all of them. */
export const viewCount = 6

const viewPaths = (playlistId: string, trackId: string): readonly string[] & { length: typeof viewCount } => [
  `/v1/playlists/${playlistId}`,
  `/v1/playlists/${playlistId}/tracks?limit=1`,
  '/v1/search?q=a&limit=1',
  `/v1/tracks?ids=${trackId}`,
  `/v1/tracks/${trackId}/counts?window=all`,
  '/v1/me/plays?limit=1',
]
