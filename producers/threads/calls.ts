import { Problem } from '@reprise/core/problem.ts'
import { receivedProblemOf, type SentProblem, sentProblemOf } from '../commands/sent-problem.ts'

/** What two threads send each other texts through: a `MessagePort`, or a `Worker`. */
export type Port = {
  readonly postMessage: (text: string) => void
  readonly on: (event: 'message', listener: (text: string) => void) => unknown
}

/** Asks the other thread. @throws what was thrown there: a {@link Problem} as it was, anything else as an Error */
export type Caller<Asked> = <T>(asked: Asked) => Promise<T>

type Call = readonly [n: number, asked: unknown]
type Answer = readonly [n: number, answer: unknown] | readonly [n: number, nothing: null, failure: Failure]

type Failure =
  { readonly problem: SentProblem } | { readonly error: string; readonly stack: string | undefined }

type Waiting = { readonly resolve: (answer: never) => void; readonly reject: (reason: Error) => void }

/**
 * Asks another thread, which answers with {@link answerCalls}. Calls arrive in the order in which they are made; their
 * answers come when they are ready. What they carry passes as JSON.
 */
export const createCaller = (port: Port): Caller<unknown> => {
  const say = createPost(port)
  /** By number. A number that was answered is used again, so this grows to the most that ever wait at once. */
  const waiting: (Waiting | undefined)[] = []
  const free: number[] = []

  port.on('message', (text) => {
    for (const [n, answer, failure] of JSON.parse(text) as readonly Answer[]) {
      const asked = waiting[n]
      waiting[n] = undefined
      free.push(n)
      if (failure === undefined) asked?.resolve(answer as never)
      else asked?.reject(errorOf(failure))
    }
  })
  return <T>(asked: unknown): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const n = free.pop() ?? waiting.length
      waiting[n] = { resolve, reject }
      say([n, asked])
    })
}

/** Answers what another thread asks with {@link createCaller}: one after the other as they come, none waits for another. */
export const answerCalls = (port: Port, answer: (asked: never) => Promise<unknown>): void => {
  const say = createPost(port)
  const take = ([n, asked]: Call) =>
    answer(asked as never).then(
      (value) => say([n, value]),
      (reason: unknown) => say([n, null, failureOf(reason)]),
    )
  port.on('message', (text) => {
    for (const call of JSON.parse(text) as readonly Call[]) void take(call)
  })
}

/** So many go at once: the other thread begins with them while this one still takes the rest of what its turn brought. */
const atOnceMax = 32

/**
 * Sends what is said in a turn of the event loop in few texts. Cloning small objects takes three times as long as
 * JSON, and a message of its own for each would wake the other thread up as often.
 */
const createPost = (port: Port) => {
  let said: (Call | Answer)[] = []
  const send = () => {
    if (said.length === 0) return
    const all = said
    said = []
    port.postMessage(JSON.stringify(all))
  }
  return (one: Call | Answer): void => {
    const count = said.push(one)
    if (count === 1) setImmediate(send)
    else if (count === atOnceMax) send()
  }
}

const failureOf = (reason: unknown): Failure => {
  if (reason instanceof Problem) return { problem: sentProblemOf(reason) }
  const { message, stack } = reason instanceof Error ? reason : new Error(String(reason))
  return { error: message, stack }
}

const errorOf = (failure: Failure): Error =>
  'problem' in failure
    ? receivedProblemOf(failure.problem)
    : Object.assign(new Error(failure.error), { stack: failure.stack })
