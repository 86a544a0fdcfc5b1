import { playlistIdOf } from '@reprise/core/identity.ts'
import { parsed } from '@reprise/core/invalid-request.ts'
import type { CommandAnswer, CommandHandler, CommandRequest } from '../commands/command-handler.ts'
import { commandOf, submitted, type Success } from '../commands/command-request.ts'
import type { Commands } from '../write-path/command-log.ts'
import type { PlaylistCommand, PlaylistReport } from './playlist.decider.ts'
import * as requests from './playlist-requests.ts'

/** What the routes need of the world. */
export type PlaylistRouteOptions = {
  readonly commands: Commands<PlaylistCommand, PlaylistReport>
  readonly now: () => number
}

type Given = {
  readonly streamId: string
  readonly body: PlaylistCommand
  readonly occurredAt: number | undefined
}
type Done = { readonly version: number; readonly report: PlaylistReport | undefined }

/** Commands on playlists: create, change details, edit, name collaborators, delete. */
export const playlistRoutes = ({ commands, now }: PlaylistRouteOptions): readonly CommandHandler[] => {
  const submit = (request: CommandRequest, given: Given, successOf: (done: Done) => Success) =>
    submitted(commands, commandOf(request, { ...given, now: now() }), successOf)

  const create = (request: CommandRequest, id: string): Promise<CommandAnswer> => {
    const { occurredAt, ...details } = parsed(requests.createRequest, request.body)
    const given = { streamId: id, body: { do: 'create', details }, occurredAt } as const
    return submit(request, given, ({ version, report }) => {
      const made = report as { readonly created?: object; readonly ownerId?: string } | undefined
      const body = { playlistId: id, version, ownerId: made?.ownerId, ...made?.created }
      return { status: 201, location: `/v1/playlists/${id}`, body }
    })
  }

  const changeDetails = async (request: CommandRequest): Promise<CommandAnswer> => {
    const { playlistId: id } = parsed(requests.playlistParams, request.params)
    const { occurredAt, ...changes } = parsed(requests.changeDetailsRequest, request.body)
    const stated = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
    const given = { streamId: id, body: { do: 'change-details', changes: stated }, occurredAt } as const
    return submit(request, given, ({ version }) => ({ status: 200, body: { playlistId: id, version } }))
  }

  const edit = async (request: CommandRequest): Promise<CommandAnswer> => {
    const { playlistId: id } = parsed(requests.playlistParams, request.params)
    const { occurredAt, edits } = parsed(requests.editsRequest, request.body)
    const given = { streamId: id, body: { do: 'edit', edits }, occurredAt } as const
    return submit(request, given, ({ version, report }) => {
      // Nothing happened only when all that was to be removed was gone already.
      const gone = () => [...new Set(edits.flatMap((one) => ('remove' in one ? one.remove : [])))]
      const shown = report ?? { items: [], alreadyGone: gone() }
      return { status: 200, body: { playlistId: id, version, ...shown } }
    })
  }

  const remove = async (request: CommandRequest): Promise<CommandAnswer> => {
    const { playlistId: streamId } = parsed(requests.playlistParams, request.params)
    const occurredAt = parsed(requests.bareRequest, request.body)?.occurredAt
    return submit(request, { streamId, body: { do: 'delete' }, occurredAt }, () => ({ status: 204 }))
  }

  const collaborate =
    (what: 'add-collaborator' | 'remove-collaborator') =>
    async (request: CommandRequest): Promise<CommandAnswer> => {
      const { playlistId: streamId, userId } = parsed(requests.collaboratorParams, request.params)
      const occurredAt = parsed(requests.bareRequest, request.body)?.occurredAt
      return submit(request, { streamId, body: { do: what, userId }, occurredAt }, () => ({ status: 204 }))
    }

  const createOwn = async (request: CommandRequest) =>
    create(request, playlistIdOf(request.actorId, request.key))
  const createNamed = async (request: CommandRequest) =>
    create(request, parsed(requests.playlistParams, request.params).playlistId)

  const one = '/v1/playlists/:playlistId'
  const collaborator = `${one}/collaborators/:userId`
  return [
    { method: 'post', path: '/v1/playlists', handle: createOwn },
    { method: 'put', path: one, handle: createNamed },
    { method: 'patch', path: one, handle: changeDetails },
    { method: 'delete', path: one, handle: remove },
    { method: 'post', path: `${one}/edits`, handle: edit },
    { method: 'put', path: collaborator, handle: collaborate('add-collaborator') },
    { method: 'delete', path: collaborator, handle: collaborate('remove-collaborator') },
  ]
}
