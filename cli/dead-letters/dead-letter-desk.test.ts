import { describe, expect, test } from '@jest/globals'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { letterRecordOf } from '@reprise/core/dead-letter.ts'
import { codec } from '@reprise/projectors/testing/codec.ts'
import { deadLetterOf } from '@reprise/projectors/testing/dead-letter.ts'
import { createDeadLetterDesk } from './dead-letter-desk.ts'

const partitions = 16
const place = { projection: 'view', version: 1, partition: 0, offset: 7 }
const letter = deadLetterOf(place.version)

/** A desk over a topic with one letter, behind a record in the same partition that nobody can read. */
const create = () => {
  const log = createInMemoryLog()
  const record = letterRecordOf(letter, { group: 'a', partitions, codec })
  const nonsense = { ...record, value: Buffer.from('nonsense') }
  log.appendAsStranger('dead-letters', [nonsense, record])
  const warnings: string[] = []
  const desk = createDeadLetterDesk({ log, codec, warn: (message) => warnings.push(message) })
  return { log, desk, warnings, partition: record.partition, nonsense }
}

describe('a dead letter that can not be read', () => {
  test('is told of once and passed over; the others are listed', async () => {
    const { desk, warnings, partition } = create()
    const letters = await desk.list()
    await desk.list()
    expect(letters.map(({ id }) => id)).toEqual(['view/1/0/7'])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(`dead-letters partition ${partition} offset 0 can't be read`)
  })

  test('hides no answer that stands behind it', async () => {
    const { log, desk, warnings, nonsense } = create()
    const [listed] = await desk.list()
    if (listed === undefined) throw new Error('nothing is listed')
    const reader = await log.read({
      topic: 'dead-letters',
      resumeAt: () => Promise.resolve(0),
      onBatch: ({ records }) => {
        for (const { eventType, value } of records) {
          if (eventType !== 'DeadLetterRequest') continue
          const { requestId } = codec.decode(value).value as { readonly requestId: string }
          const answer = { ...place, requestId, outcome: 'redriven', groups: ['a'], detail: 'done' } as const
          log.appendAsStranger('dead-letters', [
            nonsense,
            letterRecordOf({ type: 'DeadLetterAnswer', value: answer }, { group: 'a', partitions, codec }),
          ])
        }
        return Promise.resolve()
      },
      onStopped: () => undefined,
    })
    const asked = { verb: 'redrive', reason: 'a test', by: 'me', timeoutMs: 20_000 } as const
    expect((await desk.ask(listed, asked))?.outcome).toBe('redriven')
    expect(warnings).toHaveLength(2)
    await reader.close()
  })
})
