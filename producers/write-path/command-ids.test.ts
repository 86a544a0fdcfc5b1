import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { v5 as uuidv5 } from 'uuid'
import { createCommandIds } from './command-ids.ts'
import { createFingerprints } from './fingerprints.ts'

const minute = 60_000
const idOf = (n: number) => uuidv5(String(n), uuidv5.URL)
const answer = { bodyHash: 'h', version: 1, offset: 0, report: {} }

describe('the ids of accepted commands', () => {
  test('one that was read is known until it is stored, and then may be stored', () => {
    const ids = createCommandIds({ knownSince: -Infinity })
    ids.remember(idOf(1), 1_000, answer)
    expect(ids.find(idOf(1))).toMatchObject(answer)
    ids.stored(ids.unstored())
    expect(ids.find(idOf(1))).toBeUndefined()
    expect(ids.mayBeStored(idOf(1), undefined)).toBe(true)
    expect(ids.wasRead(idOf(1))).toBe(true)
  })

  test('where everything was read, only what was stored needs a look-up', () => {
    const ids = createCommandIds({ knownSince: -Infinity })
    expect(ids.mayBeStored(idOf(2), undefined)).toBe(false)
  })

  test('a key needs none if its time lies two minutes after the first id in memory', () => {
    const ids = createCommandIds({ knownSince: 10 * minute })
    expect(ids.mayBeStored(idOf(1), 12 * minute + 1)).toBe(false)
    expect(ids.mayBeStored(idOf(1), 12 * minute)).toBe(true)
    expect(ids.mayBeStored(idOf(1), undefined)).toBe(true)
  })

  test('what is kept reaches back as far as it says, however many there are', () => {
    const ids = createCommandIds({ knownSince: -Infinity, keptMs: 5 * minute })
    const perMinute = 40_000
    for (let n = 0; n < 10 * perMinute; n++) ids.remember(idOf(n), (n / perMinute) * minute, answer)
    ids.stored(ids.unstored())
    expect(ids.size).toBe(0)
    // The newest five minutes: a key from then needs no look-up unless it was used.
    expect(ids.mayBeStored(idOf(-1), 8 * minute)).toBe(false)
    expect(ids.mayBeStored(idOf(10 * perMinute - 1), 10 * minute)).toBe(true)
    // Older ones were let go of, so they may be anywhere.
    expect(ids.wasRead(idOf(0))).toBe(false)
    expect(ids.mayBeStored(idOf(0), 0)).toBe(true)
  })
})

test('a set of fingerprints never misses one', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.uuid(), { maxLength: 200 }), (ids) => {
      const prints = createFingerprints()
      for (const id of ids) prints.add(id)
      expect(ids.every(prints.has)).toBe(true)
      expect(prints.size).toBeLessThanOrEqual(ids.length)
    }),
    { numRuns: 20 },
  )
})

test('a full set takes hardly anything for another', () => {
  const prints = createFingerprints()
  for (let n = 0; n < 65_536; n++) prints.add(idOf(n))
  let mistaken = 0
  for (let n = 65_536; n < 75_536; n++) if (prints.has(idOf(n))) mistaken++
  expect(mistaken).toBe(0)
})
