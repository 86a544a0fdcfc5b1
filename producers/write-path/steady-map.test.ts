import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createSteadyMap } from './steady-map.ts'

describe('a steady map', () => {
  test('is a map, whatever comes and goes', () => {
    const key = fc.integer({ min: 0, max: 200 }).map((nth) => `key ${nth}`)
    const step = fc.oneof(
      fc.record({ key, value: fc.integer() }),
      fc.record({ key, gone: fc.constant(true) }),
      fc.constant({ cleared: true } as const),
    )
    const steps = fc.array(fc.oneof({ weight: 99, arbitrary: step }), { maxLength: 600, size: 'max' })
    fc.assert(
      fc.property(steps, (all) => {
        const [steady, expected] = [createSteadyMap<number>(), new Map<string, number>()]
        for (const one of all) {
          if ('cleared' in one) {
            steady.clear()
            expected.clear()
          } else if ('gone' in one) expect(steady.delete(one.key)).toBe(expected.delete(one.key))
          else {
            steady.set(one.key, one.value)
            expected.set(one.key, one.value)
          }
          expect(steady.size).toBe(expected.size)
        }
        expect(steady.values().toSorted()).toEqual([...expected.values()].toSorted())
        for (let nth = 0; nth <= 200; nth++) {
          expect(steady.get(`key ${nth}`)).toBe(expected.get(`key ${nth}`))
          expect(steady.has(`key ${nth}`)).toBe(expected.has(`key ${nth}`))
        }
      }),
    )
  })

  test('finds every key after thousands have gone through it', () => {
    const steady = createSteadyMap<number>()
    for (let nth = 0; nth < 50_000; nth++) {
      steady.set(`key ${nth}`, nth)
      if (nth >= 100) expect(steady.delete(`key ${nth - 100}`)).toBe(true)
    }
    expect(steady.values().toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, nth) => 49_900 + nth),
    )
  })
})
