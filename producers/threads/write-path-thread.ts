import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import type { EventTopic } from '@reprise/schemas/topics.ts'
import { inTime } from '@reprise/core/in-time.ts'
import { Problem } from '@reprise/core/problem.ts'
import type { Command, Outcome } from '../write-path/command.ts'
import { type Commands, positionsIn } from '../write-path/command-log.ts'
import { type Caller, createCaller } from './calls.ts'

/** What the thread of the write path is asked. */
export type Asked =
  { readonly submit: Command; readonly topic: DecidedTopic } | 'opened' | 'why-not-ready' | 'close'

type DecidedTopic = Extract<EventTopic, 'playlist-events' | 'library-events'>

const answerMsMax = 2_000

/**
 * Its heap is not marked before there is a gigabyte to look at: what was promoted and died lies there a minute instead of
 * a quarter of one. V8 reads this when the heap of a thread is made, so the heap of HTTP stays small.
 */
export const heapFlag = '--initial-old-space-size=1024'

/**
 * Decides commands in a thread of its own (write-path.main.ts), so that deciding and HTTP each have a core, and a pause of
 * one isn't a pause of the other. Resolves when commands are taken there. Its failure is this process's: what nobody
 * catches there nobody catches here, and if it ends by itself that is an error.
 */
export const openWritePathThread = async () => {
  setFlagsFromString(heapFlag)
  const thread = new Worker(new URL('../write-path.main.ts', import.meta.url))
  let isEnding = false
  thread.on('error', (reason) => {
    throw reason
  })
  thread.on('exit', (code) => {
    if (!isEnding) throw new Error(`the thread of the write path has ended, with code ${code}`)
  })
  const ask: Caller<Asked> = createCaller(thread)
  await ask('opened')
  return {
    /** The commands of a topic with so many partitions. */
    commandsOf: <Body, Report>(topic: DecidedTopic, partitions: number): Commands<Body, Report> => ({
      submit: (command) => ask<Outcome<Report>>({ submit: command, topic }),
      positionOf: positionsIn(topic, partitions),
    }),
    /** Why commands can't be taken now; undefined when they can. @throws {Problem} when it doesn't answer */
    notReady: async (): Promise<string | undefined> => {
      const late = () => new Problem('not-ready', `the write path has not answered for ${answerMsMax} ms`)
      return (await inTime(ask<string | null>('why-not-ready'), answerMsMax, late)) ?? undefined
    },
    /** Hands all partitions over, stores states, and ends the thread; see `CommandLog`. */
    close: async (): Promise<void> => {
      await ask('close')
      isEnding = true
      await thread.terminate()
    },
  }
}
