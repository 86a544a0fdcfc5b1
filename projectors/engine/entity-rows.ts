import type { EntityProjection } from '@reprise/core/entity-projection.ts'
import { entityLinksOf, entityRowLayoutOf } from '@reprise/core/layout/entity-layout.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import type { RowStorage } from '@reprise/core/projection.ts'
import { stampOf } from '@reprise/core/stamp.ts'
import { createRowCheckpoints } from './checkpoints.ts'
import { eachBounded } from './each-bounded.ts'
import type { EntityStore, WrittenEntity } from './entity-view.ts'
import { writeRows } from './write-rows.ts'

type RowView = EntityProjection & { readonly store: RowStorage<'entity'> }

/** Together they bound what is held at once, a page of each target. */
const pageSize = 500
const targetsAtOnce = 64

/** Where to go on among the links of a target. */
type Place = { readonly target: string; readonly after?: string }

/**
 * Entities in Cassandra: a row each, and beside them who refers to whom. Links are written before the entity, so that
 * a stored entity is always found through what it refers to; one that ended is a marker.
 */
export const createEntityRows = (projection: RowView, store: RowStore): EntityStore => {
  const { table, toStored, entityIn } = entityRowLayoutOf(projection)
  const links = entityLinksOf(table.name)
  const checkpoints = createRowCheckpoints(store, table.name)

  /** The next page of each target's links. */
  const nextPages = async (targets: readonly Place[]): Promise<{ ids: string[]; open: Place[] }> => {
    const ids: string[] = []
    const open: Place[] = []
    await eachBounded(targets, async ({ target, after }) => {
      const rows = await store.read(links, {
        partition: { target_: target },
        limit: pageSize,
        ...(after !== undefined && { after: [after] }),
      })
      for (const row of rows) if (row['absent_'] === false) ids.push(row['source_'] as string)
      if (rows.length === pageSize) open.push({ target, after: rows.at(-1)?.['source_'] as string })
    })
    return { ids, open }
  }

  return {
    ensure: async () => {
      await store.ensure(table)
      await store.ensure(links)
      await checkpoints.ensure()
    },
    load: async (ids) => {
      const states = ids.map((): ReturnType<typeof entityIn> | undefined => undefined)
      await eachBounded(ids, async (id, at) => {
        const [row] = await store.read(table, { partition: { entity: id }, at: [] })
        if (row !== undefined) states[at] = entityIn(row)
      })
      return states
    },
    referringTo: async function* (targets) {
      for (let at = 0; at < targets.length; at += targetsAtOnce) {
        let open: readonly Place[] = targets.slice(at, at + targetsAtOnce).map((target) => ({ target }))
        while (open.length > 0) {
          const pages = await nextPages(open)
          yield [...new Set(pages.ids)]
          open = pages.open
        }
      }
    },
    write: async (written) => {
      await writeRows({
        store,
        table: links,
        groups: written.flatMap(linksOf),
        ownerOf: ({ target }) => target,
        rowsOf: ({ write }) => [write],
      })
      await writeRows({
        store,
        table,
        groups: written,
        ownerOf: ({ id }) => id,
        rowsOf: (one) => [{ row: toStored(one), stamp: stampOf(one.position) }],
      })
    },
    checkpoints,
    onLost: store.onLost,
  }
}

const linksOf = ({ id, references, position }: WrittenEntity) => {
  const linkTo = (isAbsent: boolean) => (target: string) => ({
    target,
    write: {
      row: { target_: target, source_: id, absent_: isAbsent, position_: position },
      stamp: stampOf(position),
    },
  })
  return [...(references?.now ?? []).map(linkTo(false)), ...(references?.ended ?? []).map(linkTo(true))]
}
