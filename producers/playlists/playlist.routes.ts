import { type Request, type Response, Router } from 'express'
import { callerOf } from '@reprise/core/caller.ts'
import { playlistIdOf } from '@reprise/core/identity.ts'
import { parsed } from '@reprise/core/invalid-request.ts'
import type { CommandLog } from '../write-path/command-log.ts'
import { idempotencyKeyOf } from '../write-path/idempotency-key.ts'
import { accepted, commandOf } from '../write-path/request.ts'
import type { PlaylistCommand, PlaylistReport } from './playlist.decider.ts'
import * as requests from './playlist-requests.ts'

/** What the routes need of the world. */
export type PlaylistRouteOptions = {
  readonly commands: CommandLog<PlaylistCommand, PlaylistReport>
  readonly now: () => number
}

/** Commands on playlists: create, change details, edit, name collaborators, delete. */
export const playlistRoutes = ({ commands, now }: PlaylistRouteOptions): Router => {
  const submit = async (
    request: Request,
    response: Response,
    streamId: string,
    body: PlaylistCommand,
    occurredAt?: number,
  ) => {
    const command = commandOf(request, response, { streamId, body, occurredAt, now: now() })
    return accepted(response, commands, command, await commands.submit(command))
  }

  const create = async (request: Request, response: Response, id: string) => {
    const { occurredAt, ...details } = parsed(requests.createRequest, request.body)
    const outcome = await submit(request, response, id, { do: 'create', details }, occurredAt)
    const report = outcome.report as { readonly created?: object; readonly ownerId?: string } | undefined
    response
      .status(201)
      .location(`/v1/playlists/${id}`)
      .json({ playlistId: id, version: outcome.version, ownerId: report?.ownerId, ...report?.created })
  }

  const changeDetails = async (request: Request, response: Response) => {
    const { playlistId: id } = parsed(requests.playlistParams, request.params)
    const { occurredAt, ...changes } = parsed(requests.changeDetailsRequest, request.body)
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
    const outcome = await submit(request, response, id, { do: 'change-details', changes: given }, occurredAt)
    response.json({ playlistId: id, version: outcome.version })
  }

  const edit = async (request: Request, response: Response) => {
    const { playlistId: id } = parsed(requests.playlistParams, request.params)
    const { occurredAt, edits } = parsed(requests.editsRequest, request.body)
    const outcome = await submit(request, response, id, { do: 'edit', edits }, occurredAt)
    // Nothing happened only when all that was to be removed was gone already.
    const gone = edits.flatMap((one) => ('remove' in one ? one.remove : []))
    const report = outcome.report ?? { items: [], alreadyGone: [...new Set(gone)] }
    response.json({ playlistId: id, version: outcome.version, ...report })
  }

  const remove = async (request: Request, response: Response) => {
    const { playlistId: id } = parsed(requests.playlistParams, request.params)
    const body = parsed(requests.bareRequest, request.body)
    await submit(request, response, id, { do: 'delete' }, body?.occurredAt)
    response.status(204).end()
  }

  const collaborate =
    (what: 'add-collaborator' | 'remove-collaborator') => async (request: Request, response: Response) => {
      const { playlistId: id, userId } = parsed(requests.collaboratorParams, request.params)
      const body = parsed(requests.bareRequest, request.body)
      await submit(request, response, id, { do: what, userId }, body?.occurredAt)
      response.status(204).end()
    }

  return Router()
    .post('/v1/playlists', (request, response) => {
      const key = idempotencyKeyOf(request.get('idempotency-key'))
      return create(request, response, playlistIdOf(callerOf(response.locals).userId, key))
    })
    .put('/v1/playlists/:playlistId', (request, response) =>
      create(request, response, parsed(requests.playlistParams, request.params).playlistId),
    )
    .patch('/v1/playlists/:playlistId', changeDetails)
    .delete('/v1/playlists/:playlistId', remove)
    .post('/v1/playlists/:playlistId/edits', edit)
    .put('/v1/playlists/:playlistId/collaborators/:userId', collaborate('add-collaborator'))
    .delete('/v1/playlists/:playlistId/collaborators/:userId', collaborate('remove-collaborator'))
}
