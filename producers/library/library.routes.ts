import { parsed } from '@reprise/core/invalid-request.ts'
import type { CommandAnswer, CommandHandler, CommandRequest } from '../commands/command-handler.ts'
import { commandOf, submitted } from '../commands/command-request.ts'
import type { Command } from '../write-path/command.ts'
import type { Commands } from '../write-path/command-log.ts'
import type { LibraryCommand } from './library.decider.ts'
import { libraryRequest, shelfParams } from './library-requests.ts'
import type { Shelf } from './marks.ts'

/** What the routes need of the world. */
export type LibraryRouteOptions = {
  readonly commands: Commands<LibraryCommand, object>
  readonly now: () => number
}

const pathOf: Readonly<Record<Shelf, string>> = {
  likes: '/v1/me/likes/:trackId',
  playlists: '/v1/me/playlists/:playlistId',
  artists: '/v1/me/artists/:artistId',
  users: '/v1/me/users/:userId',
}

/** Likes and follows: PUT keeps, DELETE gives up. The stream is the caller's library. */
export const libraryRoutes = ({ commands, now }: LibraryRouteOptions): readonly CommandHandler[] => {
  const submit =
    (shelf: Shelf, keep: boolean) =>
    async (request: CommandRequest): Promise<CommandAnswer> => {
      const id = parsed(shelfParams[shelf], request.params)
      const clocks = parsed(libraryRequest, request.body) ?? {}
      const command = libraryCommandOf(request, { shelf, id, keep, ...clocks }, now())
      const answer = await submitted(commands, command, () => ({ status: 204 }))
      return { ...answer, etag: undefined }
    }

  return (Object.keys(pathOf) as readonly Shelf[]).flatMap((shelf): readonly CommandHandler[] => [
    { method: 'put', path: pathOf[shelf], handle: submit(shelf, true) },
    { method: 'delete', path: pathOf[shelf], handle: submit(shelf, false) },
  ])
}

/** A claim ahead of our own clock counts as now: otherwise a clock that is fast would hold off what is done next. */
const libraryCommandOf = (
  request: CommandRequest,
  body: LibraryCommand,
  now: number,
): Command<LibraryCommand> => {
  const { occurredAt, lamport } = body
  const command = commandOf(request, { streamId: request.actorId, body, occurredAt, now })
  return { ...command, occurredAt: Math.min(command.occurredAt, now), lamport }
}
