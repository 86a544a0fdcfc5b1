import { expect, test } from '@jest/globals'
import type { RecordedEvent } from '@reprise/core/event.ts'
import { eventFailed, type Group } from './groups.ts'
import { writeOrQuarantine, type Changed } from './write-or-quarantine.ts'

const eventAt = (offset: number) => ({ offset, partition: 0, type: 'Some', meta: { eventId: `e${offset}` } })
const groupOf = (id: string, offsets: readonly number[]): Group => ({
  id: `\0${id}`,
  key: { id },
  partition: 0,
  events: offsets.map(eventAt) as unknown as RecordedEvent[],
})
const fold = (state: number, { events }: Group) => ({ state: events.at(-1)?.offset ?? state })
const changedOf = (group: Group): Changed<number> => ({ group, before: -1, ...fold(-1, group) })

test('a group whose write an event spoils is written up to before it, all others as they are', async () => {
  const groups = [groupOf('a', [1, 4]), groupOf('b', [2, 3, 6]), groupOf('c', [5])]
  const written = new Map<string, number>()
  let calls = 0
  const failed: [string, number][] = []
  const left = await writeOrQuarantine(groups.map(changedOf), {
    write: async (all) => {
      calls++
      for (const { group, state } of all) {
        const bad = group.events.find(({ offset }) => offset === 3 || offset === 5)
        if (bad) throw eventFailed(bad, new Error('refused'))
        written.set(group.id.slice(1), state)
      }
    },
    fold,
    attempts: 2,
    onFailure: ({ id }, { event }) => failed.push([id.slice(1), event.offset]),
  })
  expect(failed).toEqual([
    ['b', 3],
    ['c', 5],
  ])
  expect([...written]).toEqual([
    ['a', 4],
    ['b', 2],
  ])
  expect(left.map(({ state }) => state)).toEqual([4, 2])
  expect(calls).toBe(5)
})

test('a store that is down is no fault of an event', async () => {
  const write = () => Promise.reject(new Error('down'))
  const writing = writeOrQuarantine([changedOf(groupOf('a', [1]))], {
    write,
    fold,
    attempts: 2,
    onFailure: () => {
      throw new Error('nobody failed')
    },
  })
  await expect(writing).rejects.toThrow('down')
})
