import { describe, expect, test } from '@jest/globals'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { createMergedWrites, type Insert } from './merged-writes.ts'

const insert = (id: string, bytes = 10): Insert => ({ query: 'insert', params: [id, 'x'.repeat(bytes)] })
const idsOf = (inserts: readonly Insert[]) => inserts.map(({ params }) => params[0])

/** A store that keeps what it is sent and refuses what it is told to. */
const recording = (refusal: (ids: readonly unknown[]) => Error | undefined = () => undefined) => {
  const sent: unknown[][] = []
  const write = createMergedWrites((inserts) => {
    sent.push(idsOf(inserts))
    const reason = refusal(idsOf(inserts))
    return reason ? Promise.reject(reason) : Promise.resolve()
  })
  return { sent, write }
}

describe('writes of one turn of the event loop', () => {
  test('go together, by table, in order', async () => {
    const { sent, write } = recording()
    await Promise.all([
      write('a', [insert('1'), insert('2')]),
      write('b', [insert('3')]),
      write('a', [insert('4')]),
    ])
    expect(sent).toEqual([['1', '2', '4'], ['3']])
  })

  test('are cut where a request would hold too many rows or bytes; one call never is', async () => {
    const { sent, write } = recording()
    const many = Array.from({ length: 70 }, (_, at) => insert(`many-${at}`))
    await Promise.all([
      write('a', many),
      ...Array.from({ length: 100 }, (_, at) => write('a', [insert(`few-${at}`)])),
      write('a', [insert('large', 31_000)]),
      write('a', [insert('too large', 100_000)]),
    ])
    expect(sent.map((ids) => ids.length)).toEqual([70, 60, 40, 1, 1])
  })

  test('fail alone when the store refuses one of them', async () => {
    const { sent, write } = recording((ids) => (ids.includes('bad') ? new Error('too large') : undefined))
    const outcomes = await Promise.allSettled(['1', 'bad', '2'].map((id) => write('a', [insert(id)])))
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(sent).toEqual([['1', 'bad', '2'], ['1'], ['bad'], ['2']])
  })

  test('fail together, and are not sent again, when the store is away', async () => {
    const { sent, write } = recording(() => new StoreUnavailable('away'))
    const outcomes = await Promise.allSettled(['1', '2'].map((id) => write('a', [insert(id)])))
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(sent).toEqual([['1', '2']])
  })
})
