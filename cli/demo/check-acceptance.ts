import { createAcceptance, type Acceptance } from '@reprise/core/acceptance.ts'
import type { Log, StoredRecord } from '@reprise/core/ports/log.port.ts'
import { positionOf } from '@reprise/core/position.ts'
import type { Acknowledgement, Acknowledgements } from './acknowledgements.ts'

/** What the log says of what was acknowledged. */
export type AcceptanceCheck = {
  readonly acknowledged: number
  readonly accepted: number
  /** Records in the log that lost by the log's order; readers skip them. */
  readonly superseded: number
  readonly differences: readonly string[]
}

const topic = 'playlist-events'

/**
 * Reads the whole topic as any reader must, by law 3, and looks for every acknowledged position: an accepted record of
 * that very playlist has to stand there.
 */
export const checkAcceptance = async (
  log: Log,
  acknowledgements: Acknowledgements,
): Promise<AcceptanceCheck> => {
  const missing = new Map(acknowledgements.all().map((ack) => [ack.token, ack]))
  let superseded = 0
  await readToEnd(log, (partition, record, isAccepted) => {
    if (!isAccepted) superseded += 1
    const ack = acknowledgements.at({ partition, offset: record.offset })
    if (ack && isAccepted && record.key === ack.playlistId) missing.delete(ack.token)
  })
  return {
    acknowledged: acknowledgements.count,
    accepted: acknowledgements.count - missing.size,
    superseded,
    differences: [...missing.values()].map(wordsOf),
  }
}

const wordsOf = ({ playlistId, version, token }: Acknowledgement): string => {
  const { partition, offset } = positionOf(token)
  return (
    `playlist ${playlistId}: version ${version} was acknowledged at partition ${partition}, offset ${offset}, ` +
    'but no accepted record of it stands there'
  )
}

type Visit = (partition: number, record: StoredRecord, isAccepted: boolean) => void

/** Reads every partition up to where it ended at the call. */
const readToEnd = async (log: Log, visit: Visit): Promise<void> => {
  const ends = await log.endOffsets(topic)
  const open = new Set([...ends.keys()].filter((partition) => (ends[partition] ?? 0) > 0))
  const acceptances = new Map<number, Acceptance>()
  if (open.size === 0) return
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  const reader = await log.read({
    topic,
    resumeAt: () => Promise.resolve(0),
    onStopped: reject,
    onBatch: ({ partition, records }) => {
      const acceptance = acceptances.get(partition) ?? createAcceptance(true)
      acceptances.set(partition, acceptance)
      for (const record of records) {
        if (!open.has(partition)) break
        visit(partition, record, acceptance.accept(record))
        if (record.offset + 1 >= (ends[partition] ?? 0)) open.delete(partition)
      }
      if (open.size === 0) resolve(undefined)
      return Promise.resolve()
    },
  })
  await promise
  await reader.close()
}
