import type { Entity, Referred } from './catalogue/entity.ts'
import type { Column, Columns, RowOf } from './columns.ts'
import type { FailurePolicy } from './failure-policy.ts'
import type { DocumentStorage, RowStorage } from './projection.ts'
import type { ProjectionQuery } from './projection-query.ts'

/** Where entities are stored: by entity id, in a table or an index. */
export type EntityStorage = RowStorage<'entity'> | DocumentStorage<'entity'>

/**
 * A view of the catalogue: one row or document per entity, shown together with what it refers to. The topic's single
 * partition orders all tables, so the join is a fold (law 7): whatever changes an entity, or something that it refers
 * to, shows it again. Pure (law 9). Its row has the column `entity`, the entity's id.
 */
export type EntityProjection<C extends Columns = Columns, S extends EntityStorage = EntityStorage> = {
  readonly name: string
  readonly version: number
  readonly from: 'catalogue-changes'
  readonly row: C
  readonly store: S
  /** What readers see of the entity; null when they see none. */
  readonly show: (entity: Entity, referred: Referred) => RowOf<C> | null
  /**
   * What happens when `show` throws, or gives what can't be stored or its index refuses, or when a change can't be read:
   * `stop()` ends the view with words, `retry()` tries again with growing pauses and holds the whole view up meanwhile. Entities are shown
   * with others, so none may wait alone: `quarantineKey` neither compiles nor starts (ADR 10).
   */
  readonly onFailure: Extract<FailurePolicy, { readonly kind: 'stop' | 'retry' }>
  /** Where it is served, and to whom; its key is `entity`. Nowhere without it. */
  readonly query?: EntityQuery<C> | readonly EntityQuery<C>[]
}

type EntityQuery<C extends Columns> = ProjectionQuery<Extract<keyof C, string> | 'entity'>

type EntityColumns = Columns & { readonly entity: Column<string, false> }

/** Declares a view of the catalogue. */
export const entityProjection = <const C extends EntityColumns, const S extends EntityStorage>(
  declaration: Omit<EntityProjection<C, S>, 'query'> & Pick<EntityProjection<NoInfer<C>>, 'query'>,
): EntityProjection<C, S> => declaration
