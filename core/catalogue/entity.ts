/** The kinds of thing that the catalogue knows. */
export type EntityKind = 'track' | 'artist' | 'album'

/** An artist's own facts, as the catalogue team keeps them. */
export type ArtistFacts = {
  readonly name: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null
  /** `YYYY-MM-DD`. */
  readonly born: string | null
  readonly status: 'active' | 'inactive' | 'deceased' | null
}

/** An album's own facts. */
export type AlbumFacts = {
  readonly name: string
  /** The artist that it is filed under; null for a compilation. */
  readonly artistId: string | null
}

/** A track's own facts. */
export type TrackFacts = {
  readonly kind: 'song' | 'episode'
  readonly title: string
  readonly albumId: string | null
  readonly durationMs: number | null
  /** As precise as it is known: `2019`, `2019-05` or `2019-05-31`. */
  readonly released: string | null
  readonly isrc: string | null
  readonly genres: readonly string[]
}

type Of<Kind extends EntityKind, Facts> = {
  readonly kind: Kind
  readonly id: string
  /** Null when the catalogue doesn't have it, or not any more: what else is known waits for it. */
  readonly facts: Facts | null
  /** The greatest power of two that its counted plays have reached; -1 before the first. Only ever grows. */
  readonly popularity: number
}

/** An artist. */
export type Artist = Of<'artist', ArtistFacts>
/** An album. */
export type Album = Of<'album', AlbumFacts>
/** A track. `artists` are its places in order, each with who stands there: a place may be missing for a moment. */
export type Track = Of<'track', TrackFacts> & {
  readonly artists: readonly { readonly at: number; readonly artistId: string }[]
}

/**
 * A thing of the catalogue with its own facts alone; what it refers to is named by id. It is folded from the change
 * events of its own rows.
 */
export type Entity = Artist | Album | Track

/** Names an entity among all kinds: `track/4uLU6hMCjMI75M1A2tKUQC`. */
export const entityIdOf = (kind: EntityKind, id: string): string => `${kind}/${id}`

/** What an entity refers to, by entity id, each once. It is shown together with those. */
export const referencesOf = (entity: Entity): readonly string[] => {
  if (entity.kind === 'artist') return []
  if (entity.kind === 'album')
    return entity.facts?.artistId ? [entityIdOf('artist', entity.facts.artistId)] : []
  const artists = entity.artists.map(({ artistId }) => entityIdOf('artist', artistId))
  const album = entity.facts?.albumId ? [entityIdOf('album', entity.facts.albumId)] : []
  return [...new Set([...artists, ...album])]
}

/**
 * Finds the facts of what an entity refers to, by id; undefined where the catalogue doesn't have it. Its popularity is
 * not among them: it changes without the entity being shown again.
 */
export type Referred = {
  readonly artist: (id: string) => ArtistFacts | undefined
  readonly album: (id: string) => AlbumFacts | undefined
}
