import type { Decision, Refusal } from '@reprise/core/decider.ts'

/** What becomes of a playlist's collaborators. */
export type CollaboratorEvent = 'CollaboratorAdded' | 'CollaboratorRemoved'

/** The most collaborators that a playlist has. */
export const collaboratorsMax = 1_000

type Named = { readonly ownerId: string; readonly collaborators: ReadonlySet<string> }

/**
 * Names or dismisses a collaborator of a playlist that the actor sees. Only its owner does, except that a collaborator
 * may leave. Whoever is one already is not added again, and who is none is not removed.
 */
export const decideCollaborator = (
  { ownerId, collaborators }: Named,
  {
    actorId,
    body,
  }: {
    readonly actorId: string
    readonly body: { readonly do: 'add-collaborator' | 'remove-collaborator'; readonly userId: string }
  },
): Decision<CollaboratorEvent> => {
  const { userId } = body
  const isLeaving = body.do === 'remove-collaborator' && actorId === userId
  if (actorId !== ownerId && !isLeaving) return onlyItsOwner
  if (collaborators.has(userId) === (body.do === 'add-collaborator')) return 'nothing-to-do'
  if (body.do === 'remove-collaborator') return { type: 'CollaboratorRemoved', data: { userId } }
  if (userId === ownerId) return itsOwner
  return collaborators.size < collaboratorsMax ? { type: 'CollaboratorAdded', data: { userId } } : tooMany
}

const onlyItsOwner: Refusal = {
  refused: 'forbidden',
  detail: 'only its owner names and dismisses the collaborators of a playlist',
}

const itsOwner: Refusal = {
  refused: 'rule-broken',
  detail: 'the owner of a playlist may edit it always, and is no collaborator',
}

const tooMany: Refusal = {
  refused: 'too-large',
  detail: `a playlist has at most ${collaboratorsMax} collaborators; dismiss some first`,
}
