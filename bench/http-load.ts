import { askProcess } from './ask-process.ts'

/** What a load process is asked to do. */
export type LoadJob = {
  readonly ports: readonly number[]
  readonly token: string
  readonly seconds: number
} & (
  | {
      readonly send: 'edits' | 'plays'
      readonly playlists: readonly string[]
      /** Closed loops, unless there is a rate. */
      readonly connections: number
      readonly perSecond?: number
    }
  | { readonly send: 'lines'; readonly playlists: readonly string[]; readonly streams: number }
)

/** What it saw. Latencies are of what was accepted; of refusals only the latest tenth of a percent is told. */
export type Loaded = {
  /** Accepted, per second, the first tenth of the time left out. */
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly worstMs: number
  readonly refused: number
  readonly refusedP99Ms: number
  /** Refusals that don't say when to come back; must be none. */
  readonly refusedWithoutRetryAfter: number
  /** Of an open loop: found no free connection. */
  readonly unsent: number
  /** Neither accepted nor refused: must be none. */
  readonly others: Readonly<Record<string, number>>
}

/** Makes load in a process of its own, which ends with it. */
export const load = (job: LoadJob): Promise<Loaded> => askProcess('load-process.ts', job)
