import { expect, test } from '@jest/globals'
import type { EditOperation } from './edit-row.ts'
import { createPlaylistPlan } from './playlist-plan.ts'

const run = (...operations: EditOperation[]) => {
  const head = { seq: 0, playlistId: 'p', observedAt: '2020-01-01T00:00:00Z' }
  return { ...head, rows: operations.map((operation) => ({ ...head, ...operation })) }
}

test('every command raises the version by one; what changes nothing is left out', () => {
  const plan = createPlaylistPlan('p')
  const commands = [
    run({ op: 'create', value: 'Mix' }, { op: 'add', trackId: 'a', to: 0 }),
    run({ op: 'rename', value: 'Mix' }),
    run(
      { op: 'describe', value: 'good' },
      { op: 'rename', value: 'Mixed' },
      { op: 'add', trackId: 'b', to: 0 },
    ),
    run({ op: 'move', trackId: 'a', from: 1, to: 1 }),
    run({ op: 'delete' }),
  ].flatMap((one) => plan.commandsOf(one))
  expect(commands.map(({ method, version }) => [method, version])).toEqual([
    ['PUT', 1],
    ['POST', 2],
    ['PATCH', 3],
    ['POST', 4],
    ['DELETE', 5],
  ])
  expect(commands[2]?.body).toEqual({
    name: 'Mixed',
    description: 'good',
    occurredAt: '2020-01-01T00:00:00Z',
  })
  expect(new Set(commands.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(5)
})

test('a plan is the same in every demo', () => {
  const commands = () => createPlaylistPlan('p').commandsOf(run({ op: 'create', value: 'Mix' }))
  expect(commands()).toEqual(commands())
})
