import { describe, expect, test } from '@jest/globals'
import type { Cell, StoredRow, Table } from '@reprise/core/ports/row-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { createMergedReads } from './merged-reads.ts'

const tableOf = (name: string): Table => ({
  name,
  partitionKey: ['owner'],
  clustering: ['at'],
  columns: { owner: 'text', at: 'int' },
})
const a = tableOf('a')
const b = tableOf('b')

/** A store that has every row but those of `nobody`, keeps what it is asked, and refuses what it is told to. */
const recording = (refusal: (owners: readonly Cell[]) => Error | undefined = () => undefined) => {
  const asked: (readonly [string, readonly Cell[], readonly Cell[]])[] = []
  const read = createMergedReads((table, owners, at) => {
    asked.push([table.name, owners, at])
    const reason = refusal(owners)
    if (reason) return Promise.reject(reason)
    const there = owners.filter((owner) => owner !== 'nobody')
    return Promise.resolve(there.map((owner): StoredRow => ({ owner, at: at[0] ?? 0 })).reverse())
  })
  return { asked, read }
}

describe('rows looked for in one turn of the event loop', () => {
  test('are asked for together by table and place, and each caller gets its own', async () => {
    const { asked, read } = recording()
    const found = await Promise.all([
      read({ table: a, owner: 'x', at: [1] }),
      read({ table: a, owner: 'y', at: [1] }),
      read({ table: a, owner: 'x', at: [2] }),
      read({ table: b, owner: 'x', at: [1] }),
      read({ table: a, owner: 'nobody', at: [1] }),
      read({ table: a, owner: 'x', at: [1] }),
    ])
    expect(found).toEqual([
      [{ owner: 'x', at: 1 }],
      [{ owner: 'y', at: 1 }],
      [{ owner: 'x', at: 2 }],
      [{ owner: 'x', at: 1 }],
      [],
      [{ owner: 'x', at: 1 }],
    ])
    expect(asked).toEqual([
      ['a', ['x', 'y', 'nobody'], [1]],
      ['a', ['x'], [2]],
      ['b', ['x'], [1]],
    ])
  })

  test('are cut into requests of bounded size', async () => {
    const { asked, read } = recording()
    const owners = Array.from({ length: 200 }, (_, at) => `o${at}`)
    const found = await Promise.all(owners.map((owner) => read({ table: a, owner, at: [0] })))
    expect(found.map(([row]) => row?.['owner'])).toEqual(owners)
    expect(asked.map(([, together]) => together.length)).toEqual([64, 64, 64, 8])
  })

  test('fail alone where one is bad, and together while the store is down', async () => {
    const bad = recording((owners) => (owners.includes('bad') ? new Error('bad key') : undefined))
    const results = await Promise.allSettled(
      ['x', 'bad', 'y'].map((owner) => bad.read({ table: a, owner, at: [0] })),
    )
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    const down = recording(() => new StoreUnavailable('down'))
    await expect(
      Promise.all(['x', 'y'].map((owner) => down.read({ table: a, owner, at: [0] }))),
    ).rejects.toThrow(StoreUnavailable)
    expect(down.asked).toHaveLength(1)
  })
})
