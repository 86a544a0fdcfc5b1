import { createAcceptance } from '@reprise/core/acceptance.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import { positionOf } from '@reprise/core/position.ts'
import { readToEnd } from '../log/read-to-end.ts'
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
  const ends = await log.endOffsets(topic)
  const acceptances = ends.map(() => createAcceptance(true))
  await readToEnd(log, { topic, ends }, ({ partition, records }) => {
    for (const record of records) {
      const isAccepted = acceptances[partition]?.accept(record) ?? false
      if (!isAccepted) superseded += 1
      const ack = acknowledgements.at({ partition, offset: record.offset })
      if (ack && isAccepted && record.key === ack.playlistId) missing.delete(ack.token)
    }
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
