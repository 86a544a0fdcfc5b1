import type { ApiClient } from './api-client.ts'
import type { CountCheck } from './check-counts.ts'
import { listedItems } from './listed-items.ts'
import type { SourcePlays } from './plays.ts'

/** A few things that one can see in the views, as lines. */
export type Glimpses = {
  readonly mostPlayed: readonly string[]
  readonly search: { readonly query: string; readonly lines: readonly string[] }
  /** What search makes of the most played song, mistyped. */
  readonly typing: { readonly query: string; readonly lines: readonly string[] }
  readonly history: { readonly user: string; readonly userId: string; readonly lines: readonly string[] }
}

/** Reads what is worth a look: the most played songs, a search, and one user's listening history. */
export const glimpsesOf = async (options: {
  readonly client: ApiClient
  readonly source: SourcePlays
  readonly songs: CountCheck
  readonly query: string
}): Promise<Glimpses> => ({
  mostPlayed: mostPlayedOf(options.songs, options.source),
  search: { query: options.query, lines: await hitsOf(options.client, options.query) },
  typing: await typingOf(options.client, mistyped(mostPlayedSongIn(options.songs, options.source))),
  history: await historyOf(options.client, options.source),
})

const mostPlayedOf = ({ counts }: CountCheck, source: SourcePlays): readonly string[] =>
  [...counts]
    .sort(([a, { plays: left }], [b, { plays: right }]) => right - left || (a < b ? -1 : 1))
    .slice(0, 10)
    .map(
      ([trackId, { plays }], rank) =>
        `${column(rank + 1, 2)}. ${column(plays, 5)}  ${titleOf(trackId, source)}`,
    )

const titleOf = (trackId: string, { titles }: SourcePlays): string => {
  const song = titles.get(trackId)
  return song ? `${song.title} – ${song.artist}` : trackId
}

const column = (value: number, width: number): string => String(value).padStart(width)

type Hit = { readonly name: string; readonly trackCount: number }

const hitsOf = async (client: ApiClient, query: string): Promise<readonly string[]> => {
  const path = `/v1/search?q=${encodeURIComponent(query)}&type=playlist&limit=5`
  const { items } = await listedItems<Hit>(client, { path })
  return items.map(({ name, trackCount }) => `${name} (${trackCount} tracks)`)
}

type CatalogueHit = {
  readonly type: string
  readonly title?: string
  readonly name?: string
  readonly artists?: readonly { readonly name: string }[]
  readonly albumName?: string | null
}

const typingOf = async (client: ApiClient, query: string): Promise<Glimpses['typing']> => {
  const path = `/v1/search?q=${encodeURIComponent(query)}&limit=3`
  const { items } = await listedItems<CatalogueHit>(client, { path })
  const lines = items.map(({ type, title, name, artists = [], albumName }) => {
    const credited = [title ?? name ?? '', ...artists.map((artist) => artist.name)].join(' – ')
    return `${type.padEnd(8)} ${credited}${albumName ? ` (${albumName})` : ''}`
  })
  return { query, lines }
}

const mostPlayedSongIn = ({ counts }: CountCheck, { titles }: SourcePlays): string => {
  const [trackId = ''] = [...counts].sort(([a, x], [b, y]) => y.plays - x.plays || (a < b ? -1 : 1))[0] ?? []
  const song = titles.get(trackId)
  return song ? `${song.artist} ${song.title}` : 'a song'
}

/** Two letters of the longest word in each other's place. */
const mistyped = (text: string): string => {
  const longest = text.split(' ').sort((a, b) => b.length - a.length)[0] ?? ''
  const middle = Math.floor(longest.length / 2)
  const swapped =
    longest.slice(0, middle - 1) +
    longest.charAt(middle) +
    longest.charAt(middle - 1) +
    longest.slice(middle + 1)
  return text.replace(longest, swapped).toLowerCase()
}

type Play = { readonly trackId: string; readonly startedAt: number; readonly skipped: boolean }

/** The user with the most plays, newest first. */
const historyOf = async (client: ApiClient, source: SourcePlays): Promise<Glimpses['history']> => {
  const byUser = [...Map.groupBy(source.plays, ({ userId }) => userId)]
  const [userId = ''] = byUser.sort(([, a], [, b]) => b.length - a.length)[0] ?? []
  const { items } = await listedItems<Play>(client, { path: '/v1/me/plays?limit=3', userId })
  const lines = items.map(({ trackId, startedAt, skipped }) => {
    const at = new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ')
    return `${at}  ${titleOf(trackId, source)}${skipped ? '  (skipped)' : ''}`
  })
  return { user: source.userNames.get(userId) ?? userId, userId, lines }
}
