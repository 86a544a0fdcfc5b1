import { importedUserIdOf, playlistIdOf } from '@reprise/core/identity.ts'
import type { EditRow } from './edit-row.ts'
import type { EditRun } from './edit-runs.ts'
import { createListModel } from './run-translation.ts'

/** A command as it will be sent: the same in every demo, whatever was sent before. */
export type PlannedCommand = {
  readonly archiveId: string
  readonly playlistId: string
  readonly ownerId: string
  /** The version that the playlist has with this command. */
  readonly version: number
  readonly method: 'PUT' | 'PATCH' | 'POST' | 'DELETE'
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  readonly idempotencyKey: string
}

/** The id that a playlist of the archive has here. */
export const replayedPlaylistIdOf = (archiveId: string): string => playlistIdOf('archive', archiveId)

/** The opaque id of the user who owns a playlist of the archive. */
export const replayedOwnerIdOf = (archiveId: string): string => importedUserIdOf('archive', archiveId)

/**
 * Turns the runs of one playlist into commands of which each raises the version by exactly one: what changes nothing
 * is left out. So command k is decided on version k-1, and a demo that was cut off knows where to go on.
 */
export const createPlaylistPlan = (archiveId: string) => {
  const playlistId = replayedPlaylistIdOf(archiveId)
  const ownerId = replayedOwnerIdOf(archiveId)
  const list = createListModel()
  const details = { name: '', description: '' }
  let version = 0

  const command = (method: PlannedCommand['method'], body: PlannedCommand['body'], under = '') => {
    version += 1
    return {
      archiveId,
      playlistId,
      ownerId,
      version,
      method,
      path: `/v1/playlists/${playlistId}${under}`,
      body,
      idempotencyKey: `demo-${playlistId}-${version}`,
    }
  }

  return {
    /** The commands of the playlist's next run. @throws {ReplayBroken} */
    commandsOf: ({ rows, observedAt }: EditRun): readonly PlannedCommand[] => {
      const commands: PlannedCommand[] = []
      const created = lastValue(rows, 'create')
      if (created !== undefined) {
        details.name = created
        commands.push(command('PUT', { name: created, visibility: 'public', occurredAt: observedAt }))
      }
      const changes = changesOf(details, rows)
      Object.assign(details, changes)
      if (Object.keys(changes).length > 0)
        commands.push(command('PATCH', { ...changes, occurredAt: observedAt }))
      const edits = list.translate(rows)
      if (edits.length > 0) commands.push(command('POST', { edits, occurredAt: observedAt }, '/edits'))
      if (rows.some(({ op }) => op === 'delete')) commands.push(command('DELETE', { occurredAt: observedAt }))
      return commands
    },
  }
}

type Details = { readonly name: string; readonly description: string }

const changesOf = (before: Details, rows: readonly EditRow[]): Partial<Details> => {
  const name = lastValue(rows, 'rename')
  const description = lastValue(rows, 'describe')
  return {
    ...(name !== undefined && name !== before.name && { name }),
    ...(description !== undefined && description !== before.description && { description }),
  }
}

const lastValue = (rows: readonly EditRow[], op: 'create' | 'rename' | 'describe'): string | undefined => {
  const row = rows.findLast((one) => one.op === op)
  return row && 'value' in row ? row.value : undefined
}
