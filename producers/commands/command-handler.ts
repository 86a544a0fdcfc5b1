import type { Problem } from '@reprise/core/problem.ts'

/** What a client asked for, however it came: as a request of its own or as a line of many. */
export type CommandRequest = {
  /** In capitals. */
  readonly method: string
  /** What the path names, percent escapes undone. */
  readonly params: Readonly<Record<string, string>>
  readonly body: unknown
  readonly actorId: string
  /** The idempotency key: the client's, or the one that was minted for it. */
  readonly key: string
  readonly ifMatch: string | undefined
  readonly traceparent: string | undefined
}

/** What became of it. */
export type CommandAnswer =
  | {
      readonly status: number
      readonly etag?: string | undefined
      /** Where it stands in the log: a position token. */
      readonly position?: string | undefined
      readonly location?: string
      readonly body?: object
    }
  | { readonly problem: Problem; readonly etag?: string | undefined }

/**
 * Takes one kind of request. It submits before it first waits, so whoever calls in order submits in order.
 * @throws {Problem} whatever is wrong with the request, and every fault of ours that a client is told of
 */
export type CommandHandler = {
  readonly method: 'put' | 'post' | 'patch' | 'delete'
  /** As express writes it: `/v1/playlists/:playlistId`. */
  readonly path: string
  readonly handle: (request: CommandRequest) => Promise<CommandAnswer>
}
