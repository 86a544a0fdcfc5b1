import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createTextSlab, type TextPlace } from './text-slab.ts'

test('each text is there as it was put until it is freed, whatever comes and goes beside it', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 2_000 }).map((s) => s.toWellFormed()),
    fc.nat(200_000).map((length) => '\u6b4c'.repeat(length / 3)),
  )
  const puts = fc.array(fc.record({ text, frees: fc.array(fc.nat(), { maxLength: 3 }) }), { maxLength: 200 })
  fc.assert(
    fc.property(puts, (all) => {
      const slab = createTextSlab()
      const there: [TextPlace, string][] = []
      for (const { text, frees } of all) {
        // Every other one takes the place of one that is there.
        const instead = there.length % 2 === 1 ? there.shift()?.[0] : undefined
        there.push([slab.put(text, instead), text])
        for (const nth of frees)
          for (const [place] of there.splice(nth % (there.length + 1), 1)) slab.free(place)
        expect(there.every(([place, text]) => slab.get(place) === text)).toBe(true)
      }
    }),
    { numRuns: 50 },
  )
})

test('what it takes is bounded by what is in it, also when texts of another size come', () => {
  const slab = createTextSlab()
  const live = 2_000
  for (const length of [100, 900, 5_000, 300]) {
    let places: TextPlace[] = []
    for (let round = 0; round < 5; round++) {
      const next = Array.from({ length: live }, (_, n) => slab.put(`${n}`.padEnd(length)))
      for (const place of places) slab.free(place)
      places = next
      expect(places.every((place, n) => slab.get(place).trimEnd() === `${n}`)).toBe(true)
    }
    // Old and new ones together, and what slots are larger than texts; a block of each size.
    expect(slab.bytes).toBeLessThan(2.7 * live * length + 10 * 65_536)
    for (const place of places) slab.free(place)
  }
  expect(slab.bytes).toBeLessThan(10 * 65_536)
})
