import type { Router } from 'express'
import type { DocumentStore } from '@reprise/core/ports/document-store.port.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import type { Declarations } from './derived/derived-queries.ts'
import { queryRouter } from './http/query-router.ts'
import { openApiRouter } from './openapi/openapi.routes.ts'
import { followProgress } from './progress/follow-progress.ts'
import { createPositionGate, partitionCounts } from './progress/position-gate.ts'
import { createStoredCheckpoint, isDocumentView } from './progress/stored-checkpoint.ts'
import { createWatermarks, type View } from './progress/watermarks.ts'
import { queriesOf } from './queries.ts'

/** The read side without its edges: routes over the given stores and log. */
export type QuerySide = {
  readonly routers: readonly Router[]
  readonly notReady: () => string | undefined
  readonly close: () => Promise<void>
}

type QuerySideOptions = {
  readonly log: Log
  readonly codec: EventCodec
  readonly rows: RowStore
  readonly documents: DocumentStore
  readonly logger: Logger
  readonly now: () => number
  /** All projections: their progress is followed, and they are served where they say. */
  readonly declarations: Declarations
}

/** Follows the progress of the projections and answers from their views. */
export const createQuerySide = async (options: QuerySideOptions): Promise<QuerySide> => {
  const { log, codec, rows, documents, logger, now, declarations: views } = options
  const checkpointOf = createStoredCheckpoint({ rows, documents })
  let isCaughtUp = () => false
  const watermarks = createWatermarks(views, checkpointOf, { isCaughtUp: () => isCaughtUp() })
  rows.onLost(() => watermarks.forget(views.filter((view) => !isDocumentView(view))))
  documents.onLost(() => watermarks.forget(views.filter(isDocumentView)))
  const partitions = await partitionCounts(log)
  const queries = queriesOf(views, { rows, documents, watermarks, partitions, now })
  const isFollowed = ({ name, version }: View) =>
    views.some((view) => view.name === name && view.version === version)
  const unknown = queries.flatMap((query) => query.views).find((view) => !isFollowed(view))
  if (unknown) throw new Error(`a query asks ${unknown.name}, which is not among the projections`)
  const following = await followProgress({ log, codec, logger, observe: watermarks.observe })
  const { notReady } = following
  isCaughtUp = () => notReady() === undefined
  const confirm = (view: View) => (isDocumentView(view) ? Promise.resolve() : rows.confirm())
  const gate = createPositionGate(log, watermarks, checkpointOf, confirm)
  return {
    routers: [queryRouter({ queries, gate, losses: watermarks.losses, notReady }), openApiRouter(queries)],
    notReady,
    close: async () => {
      await following.close()
      watermarks.close()
    },
  }
}
