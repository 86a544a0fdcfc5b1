import { expect } from '@jest/globals'
import type { Router } from 'express'
import type { Authenticator } from '@reprise/core/caller.ts'
import type { DocumentStore } from '@reprise/core/ports/document-store.port.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { catalogueSearch } from '@reprise/projectors/catalogue-search.projection.ts'
import { catalogue } from '@reprise/projectors/catalogue.projection.ts'
import { listeningHistory } from '@reprise/projectors/listening-history.projection.ts'
import { playTotals } from '@reprise/projectors/play-totals.projection.ts'
import { playlistDetails } from '@reprise/projectors/playlist-details.projection.ts'
import { playlistSearch } from '@reprise/projectors/playlist-search.projection.ts'
import { playlistTracks } from '@reprise/projectors/playlist-tracks.projection.ts'
import { songCounts } from '@reprise/projectors/song-counts.projection.ts'
import { createQuerySide, type QuerySide } from './query-side.ts'
import { type SeededViews, seededViews } from './seeded-views.ts'

// Those that have queries written for them; routes that follow from a declaration alone have a test of their own.
const declarations = [
  playlistDetails,
  playlistTracks,
  listeningHistory,
  songCounts,
  playTotals,
  playlistSearch,
  catalogue,
  catalogueSearch,
]

/** The time of these tests. */
export const now = Date.parse('2026-11-21T10:30:00Z')
/** A playlist that tests seed. */
export const mine = '0192f0aa-0000-7000-8000-000000000001'
/** A playlist that no test seeds. */
export const nobodys = '0192f0aa-0000-7000-8000-00000000000f'

/** Tokens of these tests are user ids. */
const authenticate: Authenticator = (authorization) =>
  Promise.resolve(
    authorization === undefined ? undefined : { userId: authorization.replace('Bearer ', ''), roles: [] },
  )

type Stores = {
  readonly log: Log
  readonly codec: EventCodec
  readonly rows: RowStore
  readonly documents: DocumentStore
}

type Service = { readonly port: number; readonly close: (withinMs?: number) => Promise<void> }

/** Adapters are chosen by each test, the one for HTTP too. */
type StartService = (options: {
  readonly service: string
  readonly host: string
  readonly port: number
  readonly logger: Logger
  readonly corsOrigins: readonly string[]
  readonly authenticate: Authenticator
  readonly routers: readonly Router[]
  readonly ready: () => string | undefined
}) => Promise<Service>

/** Serves views that a test seeds, anew after each `begin`. */
export const createServedViews = (startService: StartService) => {
  let running: { readonly stores: Stores; readonly querySide: QuerySide; readonly service: Service }

  const start = async (stores: Stores): Promise<void> => {
    const querySide = await createQuerySide({ declarations, ...stores, logger: quiet, now: () => now })
    const service = await startService({
      service: 'query-api',
      host: '127.0.0.1',
      port: 0,
      logger: quiet,
      corsOrigins: [],
      authenticate,
      routers: querySide.routers,
      ready: querySide.notReady,
    })
    running = { stores, querySide, service }
  }
  const end = async (): Promise<void> => {
    await running.service.close(100)
    await running.querySide.close()
  }
  const urlOf = (path: string): string => `http://127.0.0.1:${running.service.port}${path}`
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(urlOf(path), { headers })

  return {
    /** Starts on new stores, and hands out what seeds them. */
    begin: async (stores: Stores): Promise<SeededViews> => {
      const views = await seededViews(stores)
      await start(stores)
      return views
    },
    end,
    /** Another process on the same stores. */
    restart: async (): Promise<void> => {
      await end()
      await start(running.stores)
    },
    urlOf,
    get,
    /** The body of an answer, which must be 200. */
    bodyOf: async <Body = Record<string, unknown>>(
      path: string,
      headers?: Record<string, string>,
    ): Promise<Body> => {
      const answer = await get(path, headers)
      expect(answer.status).toBe(200)
      return (await answer.json()) as Body
    },
  }
}

/** The header of a caller. */
export const as = (user: string): Record<string, string> => ({ authorization: `Bearer ${user}` })

/** Fails unless the answer is this problem. */
export const expectProblem = async (answer: Response, status: number, code: string): Promise<void> => {
  expect(await answer.json()).toMatchObject({ status, code })
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
}
