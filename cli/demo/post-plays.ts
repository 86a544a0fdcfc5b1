import type { ApiClient } from './api-client.ts'
import { createLanes } from './lanes.ts'
import type { SourcePlay } from './plays.ts'
import type { Progress } from './screen.ts'

/** What posting came to. */
export type PostedPlays = {
  readonly posted: number
  readonly seconds: number
  /** Outcomes that were not `accepted`, the first few, for people. */
  readonly refused: readonly string[]
}

const perRequest = 1_000
const importAfterMs = 30 * 86_400_000
/** An import may name any play; so one that turns 30 days old on its way is named as one already. */
const importMarginMs = 3_600_000

/** Posts plays as their users, in time order as clients would; users side by side. */
export const postPlays = async (options: {
  readonly plays: readonly SourcePlay[]
  readonly shiftMs: number
  readonly client: ApiClient
  readonly progress: Progress
  readonly inFlightMax: number
}): Promise<PostedPlays> => {
  const startedAt = Date.now()
  const refused: string[] = []
  let posted = 0
  const work = async (plays: readonly SourcePlay[]) => {
    const outcomes = await postSome(plays, options.client, options.shiftMs)
    const wrong = outcomes.filter((outcome) => outcome !== 'accepted')
    refused.push(...wrong)
    posted += outcomes.length - wrong.length
    options.progress.advance(plays.length)
  }
  const lanes = createLanes({ inFlightMax: options.inFlightMax, pendingMax: 200, work })
  for (const [userId, plays] of Map.groupBy(options.plays, (play) => play.userId))
    for (let at = 0; at < plays.length; at += perRequest)
      await lanes.add(userId, plays.slice(at, at + perRequest))
  await lanes.end()
  return { posted, refused, seconds: (Date.now() - startedAt) / 1_000 }
}

/** The outcome per play: `accepted`, or what is wrong with it. */
const postSome = async (
  plays: readonly SourcePlay[],
  client: ApiClient,
  shiftMs: number,
): Promise<readonly string[]> => {
  const answer = await client.request({
    api: 'command',
    method: 'POST',
    path: '/v1/plays',
    userId: plays[0]?.userId ?? '',
    body: { plays: plays.map((play) => bodyOf(play, shiftMs)) },
  })
  const { outcomes } = (answer.json ?? {}) as { readonly outcomes?: readonly Outcome[] }
  if (answer.status !== 202 || outcomes?.length !== plays.length)
    return plays.map(() => `${answer.status} ${JSON.stringify(answer.json)}`)
  return outcomes.map(({ status, code, detail }, at) =>
    status === 'accepted' ? status : `play ${plays[at]?.playId}: ${code} ${detail}`,
  )
}

type Outcome = { readonly status: string; readonly code?: string; readonly detail?: string }

const bodyOf = (play: SourcePlay, shiftMs: number) => {
  const { playId, trackId, msPlayed, reasonEnd, country } = play
  const startedAt = play.startedAt + shiftMs
  const isOld = startedAt + msPlayed < Date.now() - importAfterMs + importMarginMs
  return { playId, trackId, startedAt, msPlayed, reasonEnd, country, ...(isOld && { import: true }) }
}
