import { type Request, type Response, Router } from 'express'
import { callerOf } from '@reprise/core/caller.ts'
import { parsed } from '@reprise/core/invalid-request.ts'
import type { Command } from '../write-path/command.ts'
import type { CommandLog } from '../write-path/command-log.ts'
import { accepted, commandOf } from '../write-path/request.ts'
import type { LibraryCommand } from './library.decider.ts'
import { libraryRequest, shelfParams } from './library-requests.ts'
import type { Shelf } from './marks.ts'

/** What the routes need of the world. */
export type LibraryRouteOptions = {
  readonly commands: CommandLog<LibraryCommand, object>
  readonly now: () => number
}

const pathOf: Readonly<Record<Shelf, string>> = {
  likes: '/v1/me/likes/:trackId',
  playlists: '/v1/me/playlists/:playlistId',
  artists: '/v1/me/artists/:artistId',
  users: '/v1/me/users/:userId',
}

/** Likes and follows: PUT keeps, DELETE gives up. The stream is the caller's library. */
export const libraryRoutes = ({ commands, now }: LibraryRouteOptions): Router => {
  const submit = (shelf: Shelf, keep: boolean) => async (request: Request, response: Response) => {
    const id = parsed(shelfParams[shelf], request.params)
    const clocks = parsed(libraryRequest, request.body) ?? {}
    const command = libraryCommandOf(request, response, { body: { shelf, id, keep, ...clocks }, now: now() })
    accepted(response, commands, command, await commands.submit(command))
    response.removeHeader('ETag')
    response.status(204).end()
  }

  const router = Router()
  for (const shelf of Object.keys(pathOf) as readonly Shelf[])
    router.put(pathOf[shelf], submit(shelf, true)).delete(pathOf[shelf], submit(shelf, false))
  return router
}

/** A claim ahead of our own clock counts as now: otherwise a clock that is fast would hold off what is done next. */
const libraryCommandOf = (
  request: Request,
  response: Response,
  { body, now }: { readonly body: LibraryCommand; readonly now: number },
): Command<LibraryCommand> => {
  const { userId: streamId } = callerOf(response.locals)
  const { occurredAt, lamport } = body
  const command = commandOf(request, response, { streamId, body, occurredAt, now })
  return { ...command, occurredAt: Math.min(command.occurredAt, now), lamport }
}
