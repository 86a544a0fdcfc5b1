import { afterEach, expect, test } from '@jest/globals'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { bodyHashOf, commandIdOf } from '@reprise/core/identity.ts'
import { mapOfSorted } from '@reprise/core/persistent-map.ts'
import { partitionOf } from '@reprise/schemas/partition.ts'
import { createSoleCommandLog } from '../testing/sole-command-log.ts'
import { createPackedAnswers } from '../write-path/packed-answers.ts'
import { createSnapshotStore } from '../write-path/snapshot-store.ts'
import { libraryDecider } from './library.decider.ts'
import { type Marks, noMarks } from './marks.ts'

let close = (): Promise<void> => Promise.resolve()
afterEach(() => close())

test.each([16, 128])(
  'the largest libraries can be written to, in one of %s partitions',
  async (partitions) => {
    const ids = Array.from({ length: 99_000 }, (_, at) => `t${String(at).padStart(6, '0')}`)
    const likes = mapOfSorted(ids.map((id) => [id, { at: 1, lamport: null }]))
    const state: Marks = { ...noMarks, kept: { ...noMarks.kept, likes } }
    const [topic, codec] = ['library-events', libraryDecider.snapshot] as const
    const rows = createInMemoryRowStore()
    const store = createSnapshotStore<Marks, object>({
      topic,
      codec,
      rows,
      incarnation: 'in-memory',
      now: Date.now,
    })
    const users = Array.from({ length: 4 }, (_, at) => `user-${at}`)
    for (const user of users) {
      const partition = partitionOf(user, partitions)
      const recent = { offset: 0, recordedAt: 0 }
      const mark = { offset: 0, lastAcceptedId: '', recordedAt: 0, recent, unreadable: [] }
      const answers = createPackedAnswers<object>().cut()
      await store.readMark(partition)
      await store.write(partition, {
        states: new Map([[user, { state, version: ids.length, offset: -1 }]]),
        answers,
        mark,
        isUrgent: true,
      })
    }
    let reads = 0
    const commands = await createSoleCommandLog({
      topic,
      stream: libraryDecider,
      log: createInMemoryLog({ partitions }),
      codec: createInMemoryEventCodec(),
      rows: {
        ...rows,
        read: (table, query) => {
          if (table.name.includes('states')) reads++
          return rows.read(table, query)
        },
      },
      waitMsMax: 20_000,
    })
    close = commands.close
    const like = (user: string, id: string) =>
      commands.submit({
        streamId: user,
        actorId: user,
        commandId: commandIdOf(user, user, id),
        bodyHash: bodyHashOf('like', id),
        body: { shelf: 'likes', id, keep: true },
        deviceId: null,
        occurredAt: 5,
        expectedVersion: undefined,
        keyRefusal: undefined,
        keyTime: undefined,
        traceparent: undefined,
      })
    // One that changes nothing is looked at again behind its fence.
    const outcomes = await Promise.all(users.flatMap((user) => [like(user, 'new'), like(user, 't000007')]))
    expect(outcomes.map(({ kind }) => kind)).toEqual(users.flatMap(() => ['accepted', 'unchanged']))
    expect(reads).toBe(users.length)
  },
)
