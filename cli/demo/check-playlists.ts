import type { Acknowledgements } from './acknowledgements.ts'
import type { ApiClient } from './api-client.ts'
import { inParallel } from './in-parallel.ts'
import { type ListPage, listedItems } from './listed-items.ts'
import type { PlaylistEnds } from './plain-replay.ts'
import { replayedOwnerIdOf, replayedPlaylistIdOf } from './playlist-plan.ts'
import { UnexpectedAnswer } from './replay-edits.ts'
import type { Progress } from './screen.ts'

/** How playlists compare with where they must end. */
export type PlaylistCheck = {
  readonly compared: number
  readonly equal: number
  /** Of the equal ones, how many are there item by item, and how many are gone as they must be. */
  readonly alive: number
  readonly deleted: number
  readonly items: number
  readonly differences: readonly string[]
}

type Options = {
  readonly ends: PlaylistEnds
  readonly client: ApiClient
  readonly acknowledgements: Acknowledgements
  readonly progress: Progress
}

type Compared = { readonly items: number; readonly isAlive: boolean; readonly difference: string | undefined }

const pageSize = 100

/** Reads every playlist through the query API, page by page, and compares it with its end, item by item. */
export const checkPlaylists = async (options: Options): Promise<PlaylistCheck> => {
  const results = await inParallel([...options.ends], 8, async ([archiveId, end]) => {
    const compared = await compare(archiveId, end, options)
    options.progress.advance(1)
    return compared
  })
  const equal = results.filter(({ difference }) => difference === undefined)
  return {
    compared: results.length,
    equal: equal.length,
    alive: equal.filter(({ isAlive }) => isAlive).length,
    deleted: equal.filter(({ isAlive }) => !isAlive).length,
    items: equal.reduce((sum, { items }) => sum + items, 0),
    differences: results.flatMap(({ difference }) => (difference === undefined ? [] : [difference])),
  }
}

const compare = async (
  archiveId: string,
  end: readonly string[] | null,
  options: Options,
): Promise<Compared> => {
  if (end === null)
    return { items: 0, isAlive: false, difference: await differenceOfDeleted(archiveId, options) }
  const difference = await tracksOf(archiveId, options).then(
    (tracks) => differenceOf(archiveId, end, tracks),
    (reason: unknown) => {
      if (reason instanceof UnexpectedAnswer) return `${archiveId}: ${reason.message}`
      throw reason
    },
  )
  return { items: end.length, isAlive: true, difference }
}

const differenceOfDeleted = async (archiveId: string, { client, acknowledgements }: Options) => {
  const asked = requestOf(archiveId, acknowledgements)
  const { status } = await client.request({ api: 'query', method: 'GET', ...asked })
  return status === 404 ? undefined : `${archiveId}: deleted, so 404 expected, got ${status}`
}

/** How to read one playlist, at least as new as its last acknowledged command. */
const requestOf = (archiveId: string, acknowledgements: Acknowledgements) => {
  const playlistId = replayedPlaylistIdOf(archiveId)
  const token = acknowledgements.newest.get(playlistId)?.token
  return {
    path: `/v1/playlists/${playlistId}`,
    userId: replayedOwnerIdOf(archiveId),
    ...(token !== undefined && { headers: { 'reprise-min-position': token } }),
  }
}

const tracksOf = async (
  archiveId: string,
  { client, acknowledgements }: Options,
): Promise<readonly string[]> => {
  const asked = requestOf(archiveId, acknowledgements)
  const tracks: string[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const under = `/tracks?limit=${pageSize}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`
    const page: ListPage<Track> = await listedItems(client, { ...asked, path: asked.path + under })
    tracks.push(...page.items.map(({ trackId }) => trackId))
    cursor = page.next
  }
  return tracks
}

type Track = { readonly trackId: string }

/** The first difference in words: playlist, position, expected, got. */
export const differenceOf = (
  name: string,
  expected: readonly string[],
  got: readonly string[],
): string | undefined => {
  const longer = expected.length > got.length ? expected : got
  const at = longer.findIndex((_track, position) => expected[position] !== got[position])
  if (at < 0) return undefined
  const lengths =
    expected.length === got.length ? '' : ` (${expected.length} items expected, got ${got.length})`
  return `${name}: position ${at}: expected ${expected[at] ?? 'nothing'}, got ${got[at] ?? 'nothing'}${lengths}`
}
