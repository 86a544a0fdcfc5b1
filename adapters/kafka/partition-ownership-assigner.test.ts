import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Claim, sharesOf } from './partition-ownership-assigner.ts'

const claims = (...owned: readonly (readonly number[])[]): readonly Claim[] =>
  owned.map((partitions, at) => ({ memberId: `member-${at}`, owned: partitions }))

/** Members as they may turn up: some know what they own, some don't, some believe what is no longer so. */
const anyClaims = fc
  .array(fc.uniqueArray(fc.nat(39), { maxLength: 40 }), { minLength: 1, maxLength: 8 })
  .map((owned) => claims(...owned))
const anyCount = fc.integer({ min: 1, max: 40 })

const settled = (members: readonly Claim[], partitionCount: number): readonly Claim[] =>
  [...sharesOf(members, partitionCount)].map(([memberId, owned]) => ({ memberId, owned }))

describe('sharing partitions out', () => {
  test('every partition has one owner, and counts differ by one at most', () => {
    fc.assert(
      fc.property(anyClaims, anyCount, (members, partitionCount) => {
        const shares = [...sharesOf(members, partitionCount).values()]
        expect(shares.flat().sort((a, b) => a - b)).toEqual([...Array(partitionCount).keys()])
        const counts = shares.map(({ length }) => length)
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
        expect(shares).toHaveLength(members.length)
      }),
    )
  })

  test('the order in which members are named changes nothing', () => {
    fc.assert(
      fc.property(anyClaims, anyCount, (members, partitionCount) => {
        const reversed = sharesOf(members.toReversed(), partitionCount)
        expect(Object.fromEntries(reversed)).toEqual(Object.fromEntries(sharesOf(members, partitionCount)))
      }),
    )
  })

  test('without a change of members nothing moves', () => {
    fc.assert(
      fc.property(anyClaims, anyCount, (members, partitionCount) => {
        const once = settled(members, partitionCount)
        expect(settled(once, partitionCount)).toEqual(once)
      }),
    )
  })

  test('one that joins takes its share alone, and nothing moves between the others', () => {
    fc.assert(
      fc.property(anyClaims, anyCount, (members, partitionCount) => {
        const before = settled(members, partitionCount)
        const after = sharesOf([...before, { memberId: 'newcomer', owned: [] }], partitionCount)
        for (const { memberId, owned } of before)
          expect(owned).toEqual(expect.arrayContaining([...(after.get(memberId) ?? [])]))
      }),
    )
  })

  test('when one leaves, the others keep what they have', () => {
    fc.assert(
      fc.property(anyClaims, anyCount, (members, partitionCount) => {
        const [, ...rest] = settled(members, partitionCount)
        fc.pre(rest.length > 0)
        const after = sharesOf(rest, partitionCount)
        for (const { memberId, owned } of rest)
          expect(after.get(memberId)).toEqual(expect.arrayContaining([...owned]))
      }),
    )
  })

  test('three members, one of them new', () => {
    const shares = sharesOf(claims([0, 1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14, 15], []), 16)
    expect([...shares.values()]).toEqual([
      [0, 1, 2, 3, 4, 5],
      [8, 9, 10, 11, 12],
      [6, 7, 13, 14, 15],
    ])
  })
})
