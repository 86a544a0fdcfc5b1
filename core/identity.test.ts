import { describe, expect, test } from '@jest/globals'
import { bodyHashOf, commandIdOf, itemIdsOf, playIdentityOf } from './identity.ts'

describe('derived ids', () => {
  test('a command is told by actor, stream and key, and no two of them run together', () => {
    expect(commandIdOf('a', 'b', 'c')).toBe(commandIdOf('a', 'b', 'c'))
    expect(commandIdOf('a', 'bc', '')).not.toBe(commandIdOf('a', 'b', 'c'))
    expect(commandIdOf('a","b', 'c', 'd')).not.toBe(commandIdOf('a', 'b","c', 'd'))
  })

  test('ids are frozen for ever: a change here makes every recorded command and play another one', () => {
    expect(commandIdOf('ann', 'playlist', 'key')).toMatchInlineSnapshot(
      `"be57a8cd-0aa3-595a-80ac-0939b22b07fd"`,
    )
    expect(
      playIdentityOf({
        userId: 'ann',
        playId: null,
        startedAt: 1,
        msPlayed: 2,
        trackId: 't',
        deviceId: null,
      }),
    ).toMatchInlineSnapshot(`"3a7efdf0-9b02-5be3-8a69-17c47b7bd0b5"`)
  })

  test('a body has the same hash whatever the order of its members, another one when a value differs', () => {
    expect(bodyHashOf('k', { a: 1, b: [{ c: 2, d: 3 }] })).toBe(
      bodyHashOf('k', { b: [{ d: 3, c: 2 }], a: 1 }),
    )
    expect(bodyHashOf('k', { a: 1 })).not.toBe(bodyHashOf('k', { a: 2 }))
    expect(bodyHashOf('k', { a: [1, 2] })).not.toBe(bodyHashOf('k', { a: [2, 1] }))
  })

  test('item ids derive from the command: the same ones when it is decided again', () => {
    expect(itemIdsOf('c')(35)).toBe(itemIdsOf('c')(35))
    expect(itemIdsOf('c')(1)).not.toBe(itemIdsOf('d')(1))
    expect(itemIdsOf('c')(0)).toMatch(/^[\w.-]{1,64}$/)
  })
})
