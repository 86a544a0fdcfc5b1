import type { CatalogueEvent } from './catalogue-event.ts'
import type { Entity, EntityKind } from './entity.ts'

/** An entity of which nothing is known yet. */
export const unknownEntity = (kind: EntityKind, id: string): Entity => {
  const nothing = { id, facts: null, popularity: -1 }
  return kind === 'track' ? { kind, ...nothing, artists: [] } : { kind, ...nothing }
}

/** The entity after an event of its own. Pure: the same events in the same order give the same entity. */
export const foldEntity = (entity: Entity, { change }: CatalogueEvent): Entity => {
  if (change.row === 'popularity') return { ...entity, popularity: Math.max(entity.popularity, change.power) }
  if (change.row === 'track-artist') {
    if (entity.kind !== 'track') return entity
    const { at, artistId } = change
    const others = entity.artists.filter((place) => place.at !== at)
    const artists = artistId === null ? others : [...others, { at, artistId }]
    return { ...entity, artists: artists.sort((a, b) => a.at - b.at) }
  }
  return change.row === entity.kind ? ({ ...entity, facts: change.facts } as Entity) : entity
}
