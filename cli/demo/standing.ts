import type { ApiAnswer, ApiClient } from './api-client.ts'
import type { PlannedCommand } from './playlist-plan.ts'

/** Where every playlist stands, as far as the services have told: the version that the log is known to hold. */
export const createStanding = (client: ApiClient) => {
  const versions = new Map<string, Promise<number>>()

  /** A view may lag, and tells nothing of a deleted playlist; the command API's own answers correct it. */
  const ask = async (playlistId: string, ownerId: string): Promise<number> => {
    const answer = await client.request({
      api: 'query',
      method: 'GET',
      path: `/v1/playlists/${playlistId}`,
      userId: ownerId,
    })
    return answer.status === 200 ? (versionIn(answer) ?? 0) : 0
  }
  const raise = (playlistId: string, version: number) =>
    void versions.set(playlistId, Promise.resolve(version))

  return {
    versionIn,
    /** Asked once per playlist, before its first command. */
    of: (playlistId: string, ownerId: string): Promise<number> => {
      const known = versions.get(playlistId) ?? ask(playlistId, ownerId)
      versions.set(playlistId, known)
      return known
    },
    /**
     * Whether a refusal means that the command was applied before: the version is past the one it was decided on, its
     * id is taken by the playlist itself, or the playlist has since been deleted. What is true of the end is checked
     * against the oracle later.
     */
    isBeyond: ({ playlistId, version }: PlannedCommand, answer: ApiAnswer): boolean => {
      const current = versionIn(answer)
      if (answer.status === 412 && current !== undefined && current >= version) {
        raise(playlistId, current)
        return true
      }
      if (answer.status === 404 && version > 1) {
        raise(playlistId, Number.POSITIVE_INFINITY)
        return true
      }
      return answer.status === 409 && version === 1
    },
  }
}

/** The stream version that an ETag names: `"7"`, or `"7-…"` from a query. */
const versionIn = (answer: ApiAnswer): number | undefined => {
  const version = /^(?:W\/)?"(\d+)/.exec(answer.header('etag') ?? '')?.[1]
  return version === undefined ? undefined : Number(version)
}
