import { type EventTopic, topics } from '@reprise/schemas/topics.ts'
import { coalesced } from '@reprise/core/coalesced.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import { type Position, tokenOf, tokensOf } from '@reprise/core/position.ts'
import { Problem } from '@reprise/core/problem.ts'
import type { StoredCheckpoint } from './stored-checkpoint.ts'
import type { View, Watermarks } from './watermarks.ts'

/**
 * Resolves when all the views show at least these positions. Positions of topics that a view doesn't read are met.
 * @throws {Problem} `position-unknown` past the log's end, `not-yet-visible` at the deadline, `quarantined` where a group
 * that is asked for stopped before one of them.
 */
export type PositionGate = (asked: Read, positions: readonly Position[], deadline: number) => Promise<void>

/** What is asked of the views. */
export type Read = {
  readonly views: readonly View[]
  /** The names of the groups that are read (core/quarantine.ts); whichever are there without it. */
  readonly groups?: readonly string[] | undefined
  /** Told before each look at how far the views are: what was lost before the last one, that one knew. */
  readonly onLook?: () => void
}

/** See {@link PositionGate}. `confirm` asks whether a view's store was never lost; a store in memory never is. */
export const createPositionGate = (
  log: Log,
  watermarks: Watermarks,
  checkpointOf: StoredCheckpoint,
  confirm: (view: View) => Promise<void> = () => Promise.resolve(),
): PositionGate => {
  const ends = new Map(
    (Object.keys(topics) as (keyof typeof topics)[]).map((topic) => [
      topic,
      coalesced(() => log.endOffsets(topic)),
    ]),
  )
  const endOf = async ({ topic, partition }: Position) => (await ends.get(topic)?.())?.[partition] ?? 0
  const unmet = (views: readonly View[], positions: readonly Position[]) =>
    views.flatMap((view) =>
      positions
        .filter(
          ({ topic, partition, offset }) => topic === view.from && watermarks.of(view, partition) <= offset,
        )
        .map((position) => ({ view, position })),
    )

  /**
   * Word of a view that was deleted, and is being rebuilt, may come later than a request: the view's own store decides.
   * Its checkpoint may lag behind what is published, but it never goes back; and where it lags, the store is asked
   * whether it still has what it acknowledged (law 11). Small reads, only for requests that name a position.
   */
  const isBorneOut = async (views: readonly View[], positions: readonly Position[]): Promise<boolean> => {
    const found = await Promise.all(
      views.flatMap((view) =>
        positions
          .filter(({ topic }) => topic === view.from)
          .map(async ({ partition, offset }) => {
            const judge = watermarks.judging(view, partition)
            const { watermark } = await checkpointOf(view, partition)
            if (watermark <= offset) await confirm(view)
            return { view, verdict: judge(watermark, offset) }
          }),
      ),
    )
    const back = found.filter(({ verdict }) => verdict === 'back').map(({ view }) => view)
    if (back.length > 0) watermarks.forget([...new Set(back)])
    return found.every(({ verdict }) => verdict === 'shown')
  }

  const stoppedIn = ({ views, groups }: Read, positions: readonly Position[]) =>
    views.flatMap((view) =>
      positions
        .filter(({ topic }) => topic === view.from)
        .flatMap((position) => {
          const group = watermarks.stoppedBefore(view, position.partition, { ...position, groups })
          return group === undefined ? [] : [{ view, position, group }]
        }),
    )

  return async (read, positions, deadline) => {
    const { views } = read
    const asked = unmet(views, positions)
    await Promise.all(asked.map(({ position }) => refuseUnknown(position, endOf)))
    for (;;) {
      // Nothing is awaited between looking and waiting, so no progress is missed.
      read.onLook?.()
      const open = unmet(views, positions)
      const [first] = open
      // What was believed may have been taken back while the store was asked.
      if (
        first === undefined &&
        (await isBorneOut(views, positions)) &&
        unmet(views, positions).length === 0
      ) {
        const [stopped] = stoppedIn(read, positions)
        if (stopped) throw quarantined(stopped)
        return
      }
      if (first === undefined) continue
      if (Date.now() >= deadline) throw notYetVisible(open)
      await watermarks.passing(first.view, first.position.partition, first.position.offset, deadline)
    }
  }
}

/** How many partitions each event topic has. They never change (law 15). */
export const partitionCounts = async (log: Log): Promise<Readonly<Record<EventTopic, number>>> => {
  const countOf = async (topic: EventTopic) => (await log.endOffsets(topic)).length
  return {
    'playlist-events': await countOf('playlist-events'),
    'playback-events': await countOf('playback-events'),
    'library-events': await countOf('library-events'),
    'catalogue-changes': await countOf('catalogue-changes'),
  }
}

const refuseUnknown = async (position: Position, endOf: (position: Position) => Promise<number>) => {
  if (position.offset >= (await endOf(position)))
    throw new Problem(
      'position-unknown',
      `${tokenOf(position)} lies past the end of the log; is it from another platform?`,
      { facts: { position: tokenOf(position) } },
    )
}

type Stopped = { readonly view: View; readonly position: Position; readonly group: string }

const quarantined = ({ view, position, group }: Stopped) =>
  new Problem(
    'quarantined',
    `${view.name} stopped at an event of ${group} before ${tokenOf(position)}; an operator has to deal with it`,
    { facts: { view: view.name, group, missing: tokenOf(position) }, retryAfterSeconds: 60 },
  )

const notYetVisible = (open: readonly { readonly view: View; readonly position: Position }[]) => {
  const missing = tokensOf([...new Set(open.map(({ position }) => position))])
  const views = [...new Set(open.map(({ view }) => view.name))]
  return new Problem('not-yet-visible', `${views.join(' and ')} has not applied ${missing} yet; try again`, {
    facts: { missing, views },
  })
}
