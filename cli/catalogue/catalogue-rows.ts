/** A release date with what is known of it; `day` is the first day that the precision leaves open, `YYYY-MM-DD`. */
export type Release = { readonly day: string; readonly precision: 'year' | 'month' | 'day' }

/** An artist as a source states it. What a source doesn't state is left out, and stays as it is in the catalogue. */
export type ArtistRow = { readonly id: string; readonly name: string; readonly country?: string }

/** An album as a source states it; `artistId` null is an album of several artists. */
export type AlbumRow = { readonly id: string; readonly name: string; readonly artistId: string | null }

/** A track as a source states it, with its artists in order. */
export type TrackRow = {
  readonly id: string
  readonly title: string
  readonly albumId: string | null
  readonly durationMs?: number
  readonly release?: Release
  readonly genres?: readonly string[]
  readonly artistIds: readonly string[]
}

/** A whole catalogue, each id once, in the order of the ids. */
export type Catalogue = {
  readonly artists: readonly ArtistRow[]
  readonly albums: readonly AlbumRow[]
  readonly tracks: readonly TrackRow[]
}

/** Reads `2019`, `2019-05` or `2019-05-31`; undefined when it is none of them. */
export const releaseOf = (text: string): Release | undefined => {
  const [, year = '', month, day] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(text) ?? []
  const first = `${year}-${month ?? '01'}-${day ?? '01'}`
  if (year === '' || year === '0000' || !isDay(first)) return undefined
  return { day: first, precision: day !== undefined ? 'day' : month !== undefined ? 'month' : 'year' }
}

const isDay = (text: string): boolean => {
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}
