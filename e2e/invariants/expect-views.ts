import { expect } from '@jest/globals'
import { type Judged, readTopic } from '../log-reading.ts'
import type { Platform } from '../platform.ts'
import { foldOf, type Folded } from './independent-fold.ts'
import { untilApplied } from './projector-fleet.ts'
import { comparedViews, storedViews } from './stored-views.ts'

/**
 * When all views have said that they are at the log's end, every row of them is what an independent fold of the log
 * makes, field by field and with its position, and there is no other row. Gives the fold.
 */
export const expectViewsToEqualTheFold = async (
  platform: Platform,
  isPoison?: (record: Judged) => boolean,
): Promise<Folded> => {
  await untilApplied(platform, comparedViews)
  const folded = foldOf(
    await readTopic(platform, 'playlist-events'),
    await readTopic(platform, 'playback-events'),
    isPoison,
  )
  const stored = await storedViews(platform, Object.keys(folded['playlist-search']))
  for (const [name, rows] of Object.entries(folded)) {
    expect(Object.keys(rows).length).toBeGreaterThan(3)
    expect({ [name]: stored[name as keyof Folded] }).toEqual({ [name]: rows })
  }
  return folded
}
