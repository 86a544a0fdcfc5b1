import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { dayOf, hourOf } from './utc.ts'

test('days and hours are those of the ISO text, whatever came before', () => {
  fc.assert(
    fc.property(fc.array(fc.date({ min: new Date(0), noInvalidDate: true })), (moments) => {
      for (const moment of moments) {
        const text = moment.toISOString()
        // Years of more than four digits have more of them.
        if (text.length === 24)
          expect([dayOf(+moment), hourOf(+moment)]).toEqual([text.slice(0, 10), text.slice(11, 13)])
      }
    }),
  )
})

test('a moment that has no day throws', () => expect(() => dayOf(NaN)).toThrow(RangeError))
