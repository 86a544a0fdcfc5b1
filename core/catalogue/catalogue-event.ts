import type { AlbumFacts, ArtistFacts, EntityKind, TrackFacts } from './entity.ts'

/** What happened to one entity: a row of its own was written or deleted (null), or its popularity grew. */
export type CatalogueChange =
  | { readonly row: 'artist'; readonly facts: ArtistFacts | null }
  | { readonly row: 'album'; readonly facts: AlbumFacts | null }
  | { readonly row: 'track'; readonly facts: TrackFacts | null }
  | { readonly row: 'track-artist'; readonly at: number; readonly artistId: string | null }
  | { readonly row: 'popularity'; readonly power: number }

/** An event of `catalogue-changes` as a fold sees it. */
export type CatalogueEvent = {
  readonly kind: EntityKind
  readonly id: string
  readonly offset: number
  readonly change: CatalogueChange
}
