import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { positionOf, tokenOf, type Position } from '@reprise/core/position.ts'

/** A command that was answered with success, and where its event stands. */
export type Acknowledgement = {
  readonly playlistId: string
  readonly version: number
  /** Reprise-Position */
  readonly token: string
}

/**
 * Every acknowledged position, also those of demos before this one: kept in a file, so that a demo that was killed
 * and started again can still say whether each of them is in the accepted history. Another cluster starts anew.
 */
export const openAcknowledgements = (path: string, cluster: string) => {
  const byPosition = new Map<string, Acknowledgement>()
  const newest = new Map<string, Acknowledgement>()
  const remember = (ack: Acknowledgement) => {
    byPosition.set(keyOf(positionOf(ack.token)), ack)
    if ((newest.get(ack.playlistId)?.version ?? 0) <= ack.version) newest.set(ack.playlistId, ack)
  }
  const [first, ...lines] = linesOf(path)
  if (first === headOf(cluster)) lines.flatMap(ackOf).forEach(remember)
  else {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${headOf(cluster)}\n`)
  }
  return {
    /**
     * Written at once: one line per answer costs far less than the answer. False when the position was known, since a
     * command that is sent again gets its first answer again.
     */
    record: (ack: Acknowledgement): boolean => {
      const before = byPosition.size
      remember(ack)
      const isNew = byPosition.size > before
      if (isNew) appendFileSync(path, `${JSON.stringify(ack)}\n`)
      return isNew
    },
    /** The newest position of each playlist, by id. */
    newest: newest as ReadonlyMap<string, Acknowledgement>,
    /** What was acknowledged at a position. */
    at: ({ partition, offset }: Pick<Position, 'partition' | 'offset'>) =>
      byPosition.get(keyOf({ partition, offset })),
    all: (): readonly Acknowledgement[] => [...byPosition.values()],
    get count() {
      return byPosition.size
    },
  }
}

/** See {@link openAcknowledgements}. */
export type Acknowledgements = ReturnType<typeof openAcknowledgements>

const headOf = (cluster: string) => JSON.stringify({ cluster })

const keyOf = ({ partition, offset }: Pick<Position, 'partition' | 'offset'>) => `${partition}:${offset}`

const linesOf = (path: string): readonly string[] =>
  existsSync(path) ? readFileSync(path, 'utf8').split('\n') : []

/** A line that was cut off by a kill is passed over. */
const ackOf = (line: string): readonly Acknowledgement[] => {
  try {
    const ack = JSON.parse(line) as Acknowledgement
    return [{ ...ack, token: tokenOf(positionOf(ack.token)) }]
  } catch {
    return []
  }
}
