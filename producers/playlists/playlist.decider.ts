import type { EventTypes } from '@reprise/schemas/generated/events.ts'
import { plainOf } from '@reprise/schemas/personal.ts'
import type { Decision, EvolvingEvent, Refusal } from '@reprise/core/decider.ts'
import { itemIdsOf } from '@reprise/core/identity.ts'
import type { Remembered } from '../write-path/command.ts'
import type { Decidable, StreamType } from '../write-path/stream-type.ts'
import type { SnapshotCodec } from '@reprise/core/snapshot-codec.ts'
import { type CollaboratorEvent, decideCollaborator } from './collaborators.ts'
import { type ItemList, noItems } from './item-list.ts'
import { type Edit, stepsOf } from './playlist-edits.ts'
import { playlistSnapshot } from './playlist-snapshot.ts'
import { applySteps } from './playlist-steps.ts'

/** The events of a playlist. */
export type PlaylistEvent =
  'PlaylistCreated' | 'PlaylistDetailsChanged' | 'PlaylistEdited' | CollaboratorEvent | 'PlaylistDeleted'

/** What people can say about a playlist. */
export type PlaylistDetails = {
  readonly name: string
  readonly description: string
  readonly visibility: 'public' | 'private'
  readonly collaborative: boolean
}

/** The content of a command on a playlist. */
export type PlaylistCommand =
  | { readonly do: 'create'; readonly details: PlaylistDetails }
  | { readonly do: 'change-details'; readonly changes: Partial<PlaylistDetails> }
  | { readonly do: 'edit'; readonly edits: readonly Edit[] }
  | { readonly do: 'add-collaborator' | 'remove-collaborator'; readonly userId: string }
  | { readonly do: 'delete' }

/** What the first accepted answer tells, from the event alone. */
export type PlaylistReport =
  | { readonly created: PlaylistDetails; readonly ownerId: string }
  | { readonly items: readonly string[]; readonly alreadyGone: readonly string[] }
  | Record<string, never>

/** A playlist as commands see it. */
export type PlaylistState = {
  readonly status: 'none' | 'there' | 'deleted'
  readonly ownerId: string
  readonly details: PlaylistDetails
  readonly collaborators: ReadonlySet<string>
  readonly items: ItemList
  readonly creation: (Remembered<PlaylistReport> & { readonly commandId: string }) | undefined
}

// ---- events

type Event = EvolvingEvent<PlaylistEvent>

// ---- fold

const initialState: PlaylistState = {
  status: 'none',
  ownerId: '',
  details: { name: '', description: '', visibility: 'private', collaborative: false },
  collaborators: new Set(),
  items: noItems,
  creation: undefined,
}

const evolve = (state: PlaylistState, event: Event): PlaylistState => {
  switch (event.type) {
    case 'PlaylistCreated':
      return { ...state, status: 'there', ownerId: event.data.meta.actorId, details: detailsOf(event.data) }
    case 'PlaylistDetailsChanged':
      return { ...state, details: { ...state.details, ...changesOf(event.data.changes) } }
    case 'PlaylistEdited':
      return { ...state, items: applySteps(state.items, event.data.steps) }
    case 'CollaboratorAdded':
      return { ...state, collaborators: new Set([...state.collaborators, event.data.userId]) }
    case 'CollaboratorRemoved':
      return {
        ...state,
        collaborators: new Set([...state.collaborators].filter((userId) => userId !== event.data.userId)),
      }
    case 'PlaylistDeleted':
      return { ...state, status: 'deleted', collaborators: new Set(), items: noItems }
  }
}

const detailsOf = (data: EventTypes['PlaylistCreated']): PlaylistDetails => ({
  name: plainOf(data.name, ''),
  description: plainOf(data.description, ''),
  visibility: data.visibility,
  collaborative: data.collaborative,
})

const changesOf = (changes: EventTypes['PlaylistDetailsChanged']['changes']): Partial<PlaylistDetails> => ({
  ...(changes.name !== null && { name: plainOf(changes.name, '') }),
  ...(changes.description !== null && { description: plainOf(changes.description, '') }),
  ...(changes.visibility !== null && { visibility: changes.visibility }),
  ...(changes.collaborative !== null && { collaborative: changes.collaborative }),
})

// ---- decisions

const decide = (
  state: PlaylistState,
  { actorId, commandId, body }: Decidable<PlaylistCommand>,
): Decision<PlaylistEvent> => {
  if (body.do === 'create') return create(state, body.details)
  if (!isVisible(state, actorId)) return notThere
  switch (body.do) {
    case 'change-details':
      return state.ownerId === actorId ? changeDetails(state, body.changes) : onlyItsOwner
    case 'edit':
      return mayEdit(state, actorId) ? edit(state, commandId, body.edits) : mayNotEdit(state, actorId)
    case 'add-collaborator':
    case 'remove-collaborator':
      return decideCollaborator(state, { actorId, body })
    case 'delete':
      return state.ownerId === actorId ? { type: 'PlaylistDeleted', data: {} } : onlyItsOwner
  }
}

const create = (state: PlaylistState, details: PlaylistDetails): Decision<PlaylistEvent> =>
  state.status === 'none'
    ? { type: 'PlaylistCreated', data: details }
    : {
        refused: 'already-exists',
        detail: 'this playlist id is taken, and an id is never used again; choose another UUID',
      }

/** What others may not see, they are not told of. */
const isVisible = ({ status, ownerId, details, collaborators }: PlaylistState, actorId: string): boolean =>
  status === 'there' && (details.visibility === 'public' || ownerId === actorId || collaborators.has(actorId))

/** The owner edits always, a collaborator while the playlist is collaborative. */
const mayEdit = ({ ownerId, details, collaborators }: PlaylistState, actorId: string): boolean =>
  ownerId === actorId || (details.collaborative && collaborators.has(actorId))

const notThere: Refusal = { refused: 'not-found', detail: 'there is no such playlist' }

const onlyItsOwner: Refusal = { refused: 'forbidden', detail: 'only its owner may do this to a playlist' }

const mayNotEdit = ({ collaborators }: PlaylistState, actorId: string): Refusal => ({
  refused: 'forbidden',
  detail: collaborators.has(actorId)
    ? 'this playlist is not collaborative now: only its owner may edit it'
    : 'only its owner and its collaborators may edit this playlist',
})

const changeDetails = (state: PlaylistState, wanted: Partial<PlaylistDetails>): Decision<PlaylistEvent> => {
  const differs = <K extends keyof PlaylistDetails>(name: K): PlaylistDetails[K] | null =>
    wanted[name] === undefined || wanted[name] === state.details[name] ? null : wanted[name]
  const changes = {
    name: differs('name'),
    description: differs('description'),
    visibility: differs('visibility'),
    collaborative: differs('collaborative'),
  }
  const isNothing = Object.values(changes).every((change) => change === null)
  return isNothing ? 'nothing-to-do' : { type: 'PlaylistDetailsChanged', data: { changes } }
}

const edit = (state: PlaylistState, commandId: string, edits: readonly Edit[]): Decision<PlaylistEvent> => {
  const result = stepsOf(state.items, edits, itemIdsOf(commandId))
  if ('refused' in result) return result
  const { steps, alreadyGone } = result
  if (steps.length === 0) return 'nothing-to-do'
  const added = steps.filter((step) => step.added !== null).length
  const removed = steps.filter((step) => step.removed !== null).length
  return { type: 'PlaylistEdited', data: { steps, added, removed, alreadyGone } }
}

// ---- answers

const reportOf = (event: Event): PlaylistReport => {
  if (event.type === 'PlaylistCreated')
    return { created: detailsOf(event.data), ownerId: event.data.meta.actorId }
  if (event.type !== 'PlaylistEdited') return {}
  const items = event.data.steps.map((step) => step.added?.itemId).filter((itemId) => itemId !== undefined)
  return { items, alreadyGone: event.data.alreadyGone }
}

/** Playlists: see docs/playlist-edits.md for the rules of editing. */
export const playlistDecider: StreamType<PlaylistState, PlaylistCommand, PlaylistEvent, PlaylistReport> & {
  readonly snapshot: SnapshotCodec<PlaylistState>
} = {
  snapshot: playlistSnapshot,
  initialState,
  evolve,
  decide,
  reportOf: (event) => reportOf(event as Event),
  creationOf: (state) => state.creation,
  withCreation: (state, creation) => ({ ...state, creation }),
}
