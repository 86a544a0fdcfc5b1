import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { projectorFlags } from '@reprise/infra/parts.ts'
import type { EventTopic } from '@reprise/schemas/topics.ts'

/** What a worker process is to do. */
export type Job = {
  readonly topic: EventTopic
  /** The engine's worker: these projections, all if there are none; the bare one: what it does with the events. */
  readonly projections: readonly string[]
  /** `none`: a store that takes everything and holds nothing. */
  readonly store: 'real' | 'none'
  /** The engine's worker: `own`, and each projection has a reader of its own. */
  readonly readers?: 'own'
  /** Goes on after the end of the topic, until it is told to end. */
  readonly follows: boolean
}

/** How far a worker was: milliseconds since its first batch, events applied by all of its projections, memory in MB. */
export type Mark = { readonly ms: number; readonly events: number; readonly rss: number }

/** What a worker did up to the topic's end. */
export type Run = {
  readonly events: number
  readonly perSecond: number
  /** Of the worker's process alone, with everything that its threads did. */
  readonly cpuMicrosPerEvent: number
  readonly marks: readonly Mark[]
}

type Environment = Readonly<Record<string, string | undefined>>

const flagsOf = (program: 'engine' | 'bare', name: string): readonly string[] => {
  const folder = process.env['BENCH_PROFILE']
  const profile = folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${join(folder, name)}`]
  return [
    '--disable-warning=TimeoutNegativeWarning',
    ...(program === 'engine' ? projectorFlags : []),
    ...profile,
  ]
}

/** Starts a worker; `run` is there when it has come to the end of the topic. */
export const startWorker = (program: 'engine' | 'bare', job: Job, environment: Environment) => {
  const name = [program, ...job.projections, job.store].join('-')
  const child = fork(join(import.meta.dirname, `${program}-worker.ts`), [JSON.stringify(job)], {
    execArgv: [...flagsOf(program, name)],
    env: { ...process.env, ...environment },
  })
  const ended = once(child, 'exit')
  const run = Promise.race([
    once(child, 'message').then(([message]) => message as Run),
    ended.then(([code]): never => {
      throw new Error(`worker ${name} ended with ${String(code)}`)
    }),
  ])
  return {
    run,
    end: async () => {
      child.send('end')
      await ended
    },
  }
}

/** Runs a worker to the end of the topic. */
export const runWorker = async (
  program: 'engine' | 'bare',
  job: Omit<Job, 'follows'>,
  environment: Environment,
) => {
  const worker = startWorker(program, { ...job, follows: false }, environment)
  const run = await worker.run
  await worker.end()
  return run
}
