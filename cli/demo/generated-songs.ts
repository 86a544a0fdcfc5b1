import { unlistedTrackIdOf } from '@reprise/core/identity.ts'
import type { SongTitle } from './plays.ts'
import type { SeededRandom } from './seeded-random.ts'

/** A song of the generated catalogue. */
export type GeneratedSong = SongTitle & { readonly trackId: string }

const songCount = 2_000
const firsts = [
  'Silver',
  'Midnight',
  'Paper',
  'Electric',
  'Quiet',
  'Golden',
  'Broken',
  'Winter',
  'Neon',
  'Slow',
]
const seconds = [
  'River',
  'Motel',
  'Satellite',
  'Garden',
  'Engine',
  'Letters',
  'Harbour',
  'Mirror',
  'Parade',
  'Rain',
]
const names = [
  'The Lanterns',
  'Mara Vale',
  'Ødegård',
  'Los Faros',
  'DJ Kestrel',
  'Ana & the Tides',
  'Kumo',
  'Velvet Tram',
]

/** Songs by rank: the first one is the most popular. */
export const generateSongs = (): readonly GeneratedSong[] =>
  Array.from({ length: songCount }, (_none, rank) => {
    const words = `${firsts[rank % 10]} ${seconds[Math.floor(rank / 10) % 10]}`
    const part = Math.floor(rank / 100)
    const title = part === 0 ? words : `${words}, Pt. ${part + 1}`
    const artist = names[rank % names.length] ?? 'Unknown'
    return { title, artist, trackId: unlistedTrackIdOf(artist, title) }
  })

/** Popularity is Zipf-Mandelbrot: s and q as fitted to distinct listeners and to personal histories. */
const popularity = { s: 1.1, q: 75 }

const nothing: GeneratedSong = { title: '', artist: '', trackId: '' }

/** Draws songs by their popularity. */
export const createSongPicker = (songs: readonly GeneratedSong[], random: SeededRandom) => {
  let total = 0
  const upTo = songs.map((_song, rank) => (total += (rank + 1 + popularity.q) ** -popularity.s))
  return (): GeneratedSong => {
    const at = random.next() * total
    return songs[upTo.findIndex((limit) => at < limit)] ?? nothing
  }
}
