import type { CatalogueEvent } from '@reprise/core/catalogue/catalogue-event.ts'
import {
  type Album,
  type Artist,
  type Entity,
  entityIdOf,
  type EntityKind,
  type Referred,
  referencesOf,
} from '@reprise/core/catalogue/entity.ts'
import { foldEntity, unknownEntity } from '@reprise/core/catalogue/fold-entity.ts'
import type { EntityProjection } from '@reprise/core/entity-projection.ts'
import { nowhere, type Positioned } from '@reprise/core/layout/column-name.ts'
import type { ShownEntity } from '@reprise/core/layout/entity-layout.ts'
import { createRowCheck } from '@reprise/core/storable.ts'
import { createBoundedCache } from './bounded-cache.ts'
import type { Checkpoints } from './checkpoints.ts'
import { endUnder } from './failing.ts'
import { GroupsRefused } from './groups-refused.ts'
import { storingAtOnce, type Stay, type StayStart } from './stay.ts'
import type { Turn } from './turn.ts'
import { createUntouchedKeys, type UntouchedKeys } from './untouched-keys.ts'
import type { Settle } from './view.ts'

/** One kind of store for entities. */
export type EntityStore = {
  readonly ensure: () => Promise<void>
  /** What is stored of entities, in the same order. */
  readonly load: (ids: readonly string[]) => Promise<readonly (Positioned<Entity> | undefined)[]>
  /** The ids of all entities that refer to one of these, and perhaps of some that don't any more, page by page. */
  readonly referringTo: (ids: readonly string[]) => AsyncIterable<readonly string[]>
  /** Writes entities, each guarded by its position. @throws {GroupsRefused} */
  readonly write: (written: readonly WrittenEntity[]) => Promise<void>
  readonly checkpoints: Checkpoints
  readonly onLost: (listener: () => void) => void
  /** Missing where readers see at once what was written. */
  readonly settle?: Settle
}

/** An entity to write. Its references are named if an event of its own may have changed them. */
export type WrittenEntity = ShownEntity<never> & {
  readonly references?: { readonly now: readonly string[]; readonly ended: readonly string[] }
}

type State = Positioned<Entity>

/** So many entities are remembered at most: those that others refer to are met again and again. */
const rememberedMax = 50_000

/** A catalogue has one partition: a million and a half of keys in eight megabytes. */
const untouchedSlotsMax = 2 ** 21

/** What a stay that began at the first record knows of what it has not met: it isn't stored, and nothing refers to it. */
type Unmet = { readonly stored: UntouchedKeys; readonly referred: UntouchedKeys }

/**
 * Folds the changes of the catalogue into one view. An entity is written when an event of its own touches it, and when
 * the row of something that it refers to was written: its position is that of the last such event, whatever way the
 * log was cut. Every one of these events touches again when it is read again, since what it once led to may be lost.
 */
export const createEntityView = (projection: EntityProjection, store: EntityStore) => {
  const remembered = createBoundedCache<State>(rememberedMax, () => 1)
  const check = createRowCheck(projection)
  const { onFailure } = projection
  const shownOf = ({ id, entity, position }: Touched, referred: Referred): never => {
    try {
      const shown = projection.show(entity, referred)
      if (shown !== null) check(shown, null)
      return shown as never
    } catch (cause) {
      throw endUnder(onFailure, notShown(id, position, cause))
    }
  }
  const refused = (written: readonly Touched[]) => (error: unknown) => {
    const causes = error instanceof GroupsRefused ? error.causes : undefined
    const one = written.find(({ id }) => causes?.has(id))
    throw one ? endUnder(onFailure, notShown(one.id, one.position, causes?.get(one.id))) : error
  }

  const statesOf = async (ids: readonly string[], unmet: Unmet | undefined): Promise<Map<string, State>> => {
    const known = (id: string) =>
      remembered.get(id) ?? (unmet?.stored.has(id) === true ? nothingOf(id) : undefined)
    const states = new Map(ids.map((id) => [id, known(id)]))
    const missing = ids.filter((id) => states.get(id) === undefined)
    const loaded = missing.length > 0 ? await store.load(missing) : []
    for (const [at, id] of missing.entries()) states.set(id, loaded[at] ?? nothingOf(id))
    return states as Map<string, State>
  }

  /** Shows entities with what they refer to, and writes those that an event above their position has touched. */
  const writeTouched = async (
    candidates: readonly Candidate[],
    folded: Folded,
    { isCurrent, unmet }: { readonly isCurrent: () => boolean; readonly unmet: Unmet | undefined },
  ) => {
    const touched = candidates.flatMap(({ id, before, entity, position }) => {
      const own = folded.touches.get(id) ?? nowhere
      const referred = referencesOf(entity).map((target) => folded.rows.get(target) ?? nowhere)
      const next = Math.max(position, own, ...referred)
      const references = own > position && referencesFrom(before, entity)
      return next > position ? [{ id, entity, position: next, ...(references && { references }) }] : []
    })
    if (touched.length === 0) return
    const targets = [...new Set(touched.flatMap(({ entity }) => referencesOf(entity)))]
    const outside = await statesOf(
      targets.filter((id) => !folded.states.has(id)),
      unmet,
    )
    for (const { id } of touched) unmet?.stored.touch(id)
    for (const target of targets) unmet?.referred.touch(target)
    const find = (id: string) => (folded.states.get(id) ?? outside.get(id))?.value
    const referred = referredBy(find)
    await store
      .write(touched.map((one) => ({ ...one, shown: shownOf(one, referred) })))
      .catch(refused(touched))
    if (!isCurrent()) return
    for (const [id, state] of outside) remembered.set(id, state)
    for (const { id, entity, position } of touched) remembered.set(id, { position, value: entity })
  }

  const apply = async (
    { events, isCurrent }: Turn<CatalogueEvent>,
    unmet: Unmet | undefined,
  ): Promise<void> => {
    const writing = { isCurrent, unmet }
    const before = await statesOf([...new Set(events.map(idOf))], unmet)
    const folded = fold(events, before)
    const candidates = [...folded.states].map(([id, { value: entity }]) => {
      const { value, position } = before.get(id) ?? nothingOf(id)
      return { id, before: value, entity, position }
    })
    await writeTouched(candidates, folded, writing)
    const targets = [...folded.rows.keys()].filter((id) => unmet?.referred.has(id) !== true)
    if (targets.length === 0) return
    for await (const page of store.referringTo(targets)) {
      if (!isCurrent()) return
      const others = await statesOf(
        page.filter((id) => !folded.states.has(id)),
        unmet,
      )
      const found = [...others].map(([id, { value, position }]) => ({
        id,
        before: value,
        entity: value,
        position,
      }))
      await writeTouched(found, folded, writing)
    }
  }
  const begin = ({ next }: StayStart): Stay<CatalogueEvent> => {
    const keys = () => createUntouchedKeys(untouchedSlotsMax)
    const unmet = next === 0 ? { stored: keys(), referred: keys() } : undefined
    return storingAtOnce((turn) => apply(turn, unmet))
  }
  return { begin, forget: remembered.clear }
}

type Touched = { readonly id: string; readonly entity: Entity; readonly position: number }

const notShown = (id: string, position: number, cause: unknown): Error =>
  new Error(
    `${id}, as it is at offset ${position}, can't be shown: ${cause instanceof Error ? cause.message : String(cause)}`,
    { cause },
  )

type Candidate = {
  readonly id: string
  readonly before: Entity
  readonly entity: Entity
  /** Up to where the stored one has been touched. */
  readonly position: number
}

type Folded = {
  readonly states: ReadonlyMap<string, State>
  /** The last event of each entity's own. */
  readonly touches: ReadonlyMap<string, number>
  /** The last event of a row that others may be shown with. */
  readonly rows: ReadonlyMap<string, number>
}

const fold = (events: readonly CatalogueEvent[], before: ReadonlyMap<string, State>): Folded => {
  const states = new Map(before)
  const touches = new Map<string, number>()
  const rows = new Map<string, number>()
  for (const event of events) {
    const id = idOf(event)
    const state = states.get(id) ?? nothingOf(id)
    if (event.offset > state.position)
      states.set(id, { position: event.offset, value: foldEntity(state.value, event) })
    touches.set(id, event.offset)
    if (event.change.row === 'artist' || event.change.row === 'album') rows.set(id, event.offset)
  }
  return { states, touches, rows }
}

const referencesFrom = (before: Entity, after: Entity) => {
  const now = referencesOf(after)
  return { now, ended: referencesOf(before).filter((target) => !now.includes(target)) }
}

const idOf = ({ kind, id }: CatalogueEvent) => entityIdOf(kind, id)

const nothingOf = (entityId: string): State => {
  const [kind = '', ...rest] = entityId.split('/')
  return { position: nowhere, value: unknownEntity(kind as EntityKind, rest.join('/')) }
}

const referredBy = (find: (id: string) => Entity | undefined): Referred => ({
  artist: (id) => (find(entityIdOf('artist', id)) as Artist | undefined)?.facts ?? undefined,
  album: (id) => (find(entityIdOf('album', id)) as Album | undefined)?.facts ?? undefined,
})
