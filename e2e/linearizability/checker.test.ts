import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Checker, createChecker } from './check-history.ts'
import type { Asked, Line, Told } from './history.ts'

type Event = readonly [process: string, event: Asked | Told]

const key = 'p'
const create: Asked = { op: 'create' }
const list: Asked = { op: 'list' }
const add = (item: string, more: Partial<Asked> = {}): Asked => ({ op: 'add', items: [item], ...more })
const remove = (item: string): Asked => ({ op: 'remove', items: [item] })
const ok = (version: number, items?: readonly string[], gone?: readonly string[]): Told => ({
  kind: 'ok',
  answer: { version, ...(items && { items }), ...(gone && { gone }) },
})
const fail = (code: string, version?: number): Told => ({
  kind: 'fail',
  answer: { code, ...(version !== undefined && { version }) },
})
const unknown: Told = { kind: 'unknown' }
const created: readonly Event[] = [
  ['ann', create],
  ['ann', ok(1)],
]

const linesOf = (events: readonly Event[]): readonly Line[] =>
  events.map(([process, event], at) =>
    'op' in event ? { process, key, at, kind: 'invoke', ...event } : { process, key, at, ...event },
  )

describe('the linearizability checker', () => {
  let checker: Checker
  beforeAll(async () => {
    checker = await createChecker()
  }, 120_000)
  afterAll(() => checker.remove())
  const judged = async (events: readonly Event[]) =>
    (await checker.check(linesOf([...created, ...events])))[0]

  test.each<[string, readonly Event[]]>([
    [
      'one after the other',
      [
        ['ann', add('a')],
        ['ann', ok(2, ['a'])],
        ['bob', list],
        ['bob', ok(2, ['a'])],
      ],
    ],
    [
      'two at once, in the other order than they began',
      [
        ['ann', add('a')],
        ['bob', add('b')],
        ['ann', ok(3, ['a'])],
        ['bob', ok(2, ['b'])],
        ['ann', list],
        ['ann', ok(3, ['b', 'a'])],
      ],
    ],
    [
      'an unknown command that happened',
      [
        ['ann', add('a')],
        ['ann', unknown],
        ['bob', list],
        ['bob', ok(2, ['a'])],
      ],
    ],
    [
      'an unknown command that did not',
      [
        ['ann', add('a')],
        ['ann', unknown],
        ['bob', list],
        ['bob', ok(1)],
      ],
    ],
    [
      'an unknown command that happened later',
      [
        ['ann', add('a')],
        ['ann', unknown],
        ['bob', list],
        ['bob', ok(1)],
        ['bob', list],
        ['bob', ok(2, ['a'])],
      ],
    ],
    [
      'refusals that the history supports',
      [
        ['ann', add('a', { ifVersion: 7 })],
        ['ann', fail('version-mismatch', 1)],
        ['ann', add('a', { after: 'x' })],
        ['ann', fail('already-gone')],
        ['ann', remove('x')],
        ['ann', ok(1, undefined, ['x'])],
        ['ann', create],
        ['ann', fail('already-exists')],
      ],
    ],
    [
      'a command that nobody did, as was said',
      [
        ['ann', add('a')],
        ['ann', fail('nothing-done')],
        ['bob', list],
        ['bob', ok(1)],
      ],
    ],
  ])('takes %s', async (_name, events) => {
    expect(await judged(events)).toMatchObject({ result: 'Ok' })
  })

  test.each<[string, readonly Event[]]>([
    [
      'a lost write',
      [
        ['ann', add('a')],
        ['ann', ok(2, ['a'])],
        ['bob', list],
        ['bob', ok(1)],
      ],
    ],
    [
      'a stale read',
      [
        ['ann', add('a')],
        ['ann', ok(2, ['a'])],
        ['bob', remove('x')],
        ['bob', ok(1, undefined, ['x'])],
      ],
    ],
    [
      'a command that took effect twice',
      [
        ['ann', add('a')],
        ['ann', ok(2, ['a'])],
        ['bob', list],
        ['bob', ok(3, ['a', 'a'])],
      ],
    ],
    [
      'two commands with the same version',
      [
        ['ann', add('a')],
        ['bob', add('b')],
        ['ann', ok(2, ['a'])],
        ['bob', ok(2, ['b'])],
      ],
    ],
    [
      'another order than that of the answers',
      [
        ['ann', add('a')],
        ['ann', ok(2, ['a'])],
        ['bob', add('b')],
        ['bob', ok(3, ['b'])],
        ['ann', list],
        ['ann', ok(3, ['b', 'a'])],
      ],
    ],
    [
      'a refusal for no reason',
      [
        ['ann', add('a')],
        ['ann', ok(2, ['a'])],
        ['bob', remove('a')],
        ['bob', ok(2, undefined, ['a'])],
      ],
    ],
    [
      'a refusal by an old version',
      [
        ['ann', add('a')],
        ['ann', ok(2, ['a'])],
        ['bob', add('b', { ifVersion: 2 })],
        ['bob', fail('version-mismatch', 1)],
      ],
    ],
    [
      'what nobody did, seen',
      [
        ['ann', add('a')],
        ['ann', fail('nothing-done')],
        ['bob', list],
        ['bob', ok(2, ['a'])],
      ],
    ],
  ])('refuses %s', async (_name, events) => {
    expect(await judged(events)).toMatchObject({ result: 'Illegal' })
  })

  test('shows the shortest beginning that is wrong', async () => {
    const wrong: readonly Event[] = [
      ['ann', add('a')],
      ['ann', ok(3, ['a'])],
    ]
    const later: readonly Event[] = [
      ['bob', add('b')],
      ['bob', ok(4, ['b'])],
    ]
    expect((await judged([...wrong, ...later]))?.history).toEqual(linesOf([...created, ...wrong]))
  })
})
