import type { LogRecord } from '@reprise/core/ports/log.port.ts'
import { createBatch } from './batch.ts'

/**
 * What waits for its decision. It is decided right before a request is made up, as much as is appended together: what came
 * earlier first, also where it was put off and has come back behind what came later.
 */
export const createDecisionQueue = <Entry extends { readonly arrival: number }>(options: {
  readonly mayDecide: () => boolean
  /** The record to append for an entry, if that is what it comes to. */
  readonly decide: (entry: Entry) => LogRecord | undefined
  /** Calls back when the next request is made up. */
  readonly beforeNext: (call: () => void) => void
  readonly send: (records: readonly LogRecord[], lastId: string) => void
}) => {
  const { mayDecide, decide, beforeNext, send } = options
  let queue: Entry[] = []
  let scheduled = false

  const schedule = (): void => {
    if (scheduled || queue.length === 0 || !mayDecide()) return
    scheduled = true
    beforeNext(() => {
      scheduled = false
      decideSome()
      schedule()
    })
  }
  const decideSome = (): void => {
    const entries = queue.sort((a, b) => a.arrival - b.arrival)
    queue = []
    const batch = createBatch(send)
    let decided = 0
    for (const entry of entries) {
      if (batch.isFull() || !mayDecide()) break
      decided++
      const record = decide(entry)
      if (record) batch.add(record)
    }
    batch.end()
    queue = [...entries.slice(decided), ...queue]
  }
  return {
    /** Puts entries where they belong, to be decided with the next ones. */
    put: (entries: readonly Entry[]): void => void queue.push(...entries),
    /** Decides what waits, soon. */
    schedule,
  }
}
