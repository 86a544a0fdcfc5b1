import type { ApiClient } from './api-client.ts'
import { inParallel } from './in-parallel.ts'
import { listedItems } from './listed-items.ts'
import type { SongCount } from './plays.ts'

/** How the counts of songs compare with a count of the source. */
export type CountCheck = {
  readonly compared: number
  readonly equal: number
  /** What the query API counts, by track id. */
  readonly counts: ReadonlyMap<string, SongCount>
  readonly differences: readonly string[]
}

const perRequest = 100

/** Reads the all-time counts of every song, at least as new as `minPosition`, and compares plays and skips. */
export const checkCounts = async (options: {
  readonly expected: ReadonlyMap<string, SongCount>
  readonly client: ApiClient
  readonly minPosition: string
}): Promise<CountCheck> => {
  const { expected, client, minPosition } = options
  const ids = [...expected.keys()]
  const chunks = Array.from({ length: Math.ceil(ids.length / perRequest) }, (_none, at) =>
    ids.slice(at * perRequest, (at + 1) * perRequest),
  )
  const counts = new Map(
    (await inParallel(chunks, 4, (chunk) => countsOf(chunk, client, minPosition))).flat(),
  )
  const differences = [...expected].flatMap(([trackId, count]) =>
    differenceOf(trackId, count, counts.get(trackId)),
  )
  return { compared: ids.length, equal: ids.length - differences.length, counts, differences }
}

type Counted = SongCount & { readonly trackId: string }

const countsOf = async (
  ids: readonly string[],
  client: ApiClient,
  minPosition: string,
): Promise<readonly (readonly [string, SongCount])[]> => {
  const { items } = await listedItems<Counted>(client, {
    path: `/v1/tracks/counts?ids=${ids.map(encodeURIComponent).join(',')}&window=all`,
    ...(minPosition !== '' && { headers: { 'reprise-min-position': minPosition } }),
  })
  return items.map(({ trackId, plays, skips }) => [trackId, { plays, skips }] as const)
}

const differenceOf = (trackId: string, expected: SongCount, got: SongCount | undefined): readonly string[] =>
  got?.plays === expected.plays && got.skips === expected.skips
    ? []
    : [
        `track ${trackId}: expected ${expected.plays} plays and ${expected.skips} skips, ` +
          (got ? `got ${got.plays} and ${got.skips}` : 'got nothing'),
      ]
