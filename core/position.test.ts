import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { topicNames } from '@reprise/schemas/topics.ts'
import { BadPosition, type Position, positionOf, positionsOf, tokenOf, tokensOf } from './position.ts'

const position = fc.record({
  topic: fc.constantFrom(
    ...topicNames.filter(
      (name) => name !== 'projection-progress' && name !== 'discarded-records' && name !== 'dead-letters',
    ),
  ),
  partition: fc.nat(100_000),
  offset: fc.maxSafeNat(),
})

describe('position tokens', () => {
  test('a token leads back to its position', () =>
    fc.assert(fc.property(position, (given) => expect(positionOf(tokenOf(given))).toEqual(given))))

  test('a list of tokens leads back to its positions', () =>
    fc.assert(
      fc.property(fc.array(position), (given) => expect(positionsOf(tokensOf(given))).toEqual(given)),
    ))

  test('a token is short and needs no escaping', () => {
    const token = tokenOf({ topic: 'playback-events', partition: 15, offset: 1_000_000_000 })
    expect(token).toMatch(/^[\w-]{1,12}$/)
  })

  test('nearly every damaged token is noticed, and none is read as a place outside the log', () => {
    const token = tokenOf({ topic: 'playlist-events', partition: 3, offset: 4_711 })
    const damaged = [...token].map(
      (_, at) => `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`,
    )
    const read = damaged.flatMap((text): Position[] => {
      try {
        return [positionOf(text)]
      } catch (reason) {
        expect(reason).toBeInstanceOf(BadPosition)
        return []
      }
    })
    expect(read.length).toBeLessThan(2)
  })

  test.each(['', 'x', '....', 'AAAA', '💥', 'A'.repeat(500)])('"%s" is no token', (text) =>
    expect(() => positionOf(text)).toThrow(BadPosition),
  )
})
