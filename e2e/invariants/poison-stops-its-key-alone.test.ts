import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readToEnd } from '@reprise/cli/log/read-to-end.ts'
import { withLog } from '@reprise/cli/log/with-log.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import type { HistoryWriter } from '@reprise/projectors/testing/history-writer.ts'
import { addStep, createdPlaylist, editedPlaylist } from '@reprise/projectors/testing/playlist-history.ts'
import type { DeadLetter } from '@reprise/schemas/generated/events.ts'
import type { Judged } from '../log-reading.ts'
import type { Platform } from '../platform.ts'
import { expectViewsToEqualTheFold } from './expect-views.ts'
import { createFedHistory, type FedHistory } from './fed-history.ts'
import { projectorNames, startFleet, untilApplied } from './projector-fleet.ts'
import { comparedViews } from './stored-views.ts'

const poisonedIds = Array.from({ length: 5 }, (_, at) => `poisoned-${at}`)
/** The list's first item is another one, so the tracks can't be folded; all other views can. */
const poison = editedPlaylist([
  { removed: { index: 0, itemId: 'nobody', trackId: 'nothing' }, added: null, moved: null },
])

/** Each poisoned playlist has a track before and one after the poison. */
const plant = ({ append }: HistoryWriter): void => {
  for (const id of poisonedIds) {
    append(id, createdPlaylist(id))
    append(id, editedPlaylist([addStep(0, 'before')]))
    append(id, poison)
    append(id, editedPlaylist([addStep(1, 'after')]))
  }
}

/** Comes when the poison was set aside long ago. */
const plantMore = ({ append }: HistoryWriter): void => {
  for (const id of poisonedIds) append(id, editedPlaylist([addStep(1, 'much later')]))
}

const isPoison = ({ event }: Judged): boolean =>
  event.type === 'PlaylistEdited' && event.data.steps.some(({ removed }) => removed?.itemId === 'nobody')

describe('k poisoned events are k quarantined keys of one view and nothing else, through kill -9', () => {
  let platform: Platform
  let history: FedHistory
  beforeAll(async () => {
    platform = await startFleet()
    history = await createFedHistory(platform, {
      seed: 9,
      events: 1_200,
      partitions: 4,
      first: plant,
      last: plantMore,
    })
  }, 120_000)
  afterAll(async () => {
    await history.close()
    await platform.stop()
  })

  const lettersOf = (): Promise<readonly DeadLetter[]> =>
    withLog(configurationOf(platform.environment), async ({ log, codec }) => {
      const letters: DeadLetter[] = []
      await readToEnd(log, { topic: 'dead-letters' }, async ({ records }) => {
        await codec.learn(records.map(({ value }) => value))
        for (const { value } of records) {
          const decoded = codec.decode(value)
          if (decoded.type === 'DeadLetter') letters.push(decoded.value as DeadLetter)
        }
      })
      return letters
    })

  test('all other rows go on, those of the poisoned keys stay as they were before', async () => {
    await history.feed(600, 500)
    for (const name of projectorNames) {
      await platform.kill(name)
      await platform.restart(name)
    }
    // To the end of the history: superseded records are more.
    await history.feed(1_200, 1_500)
    await expectViewsToEqualTheFold(platform, isPoison)

    const said = await untilApplied(platform, comparedViews)
    const quarantined = said.flatMap(({ projection, quarantined: groups }) =>
      groups.map(({ group }) => [projection, group]),
    )
    expect(quarantined.sort()).toEqual(poisonedIds.map((id) => ['playlist-tracks', id]))
    const letters = new Set(
      (await lettersOf()).map(({ projection, groups }) => [projection, ...groups].join(' ')),
    )
    expect([...letters].sort()).toEqual(poisonedIds.map((id) => `playlist-tracks ${id}`))
  }, 300_000)
})
