import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { EventTypes, Meta } from '@reprise/schemas/generated/events.ts'
import type { EvolvingEvent } from '@reprise/core/decider.ts'
import { collaboratorsMax } from './collaborators.ts'
import { itemsOf } from './item-list.ts'
import {
  type PlaylistCommand,
  playlistDecider,
  type PlaylistDetails,
  type PlaylistEvent,
  type PlaylistState,
} from './playlist.decider.ts'

const { decide, evolve, initialState, snapshot } = playlistDecider

let count = 0
/** The state after a command of someone, and what it came to. */
const handle = (
  state: PlaylistState,
  actorId: string,
  body: PlaylistCommand,
): readonly [PlaylistState, string] => {
  const decision = decide(state, { actorId, commandId: `c${count++}`, body })
  if (decision === 'nothing-to-do') return [state, 'nothing']
  if ('refused' in decision) return [state, decision.refused]
  const data = { ...decision.data, meta: { actorId } as Meta } as EventTypes[PlaylistEvent]
  return [evolve(state, { type: decision.type, data } as EvolvingEvent<PlaylistEvent>), decision.type]
}

const created = (
  changes: Partial<PlaylistDetails> = {},
  collaborators: readonly string[] = [],
): PlaylistState => {
  const details = {
    name: 'n',
    description: '',
    visibility: 'private',
    collaborative: true,
    ...changes,
  } as const
  const [state] = handle(initialState, 'ann', { do: 'create', details })
  return collaborators.reduce(
    (all, userId) => handle(all, 'ann', { do: 'add-collaborator', userId })[0],
    state,
  )
}

const edit: PlaylistCommand = { do: 'edit', edits: [{ add: [{ trackId: 't' }] }] }
const everything: readonly PlaylistCommand[] = [
  edit,
  { do: 'add-collaborator', userId: 'cid' },
  { do: 'remove-collaborator', userId: 'bob' },
  { do: 'change-details', changes: { name: 'm' } },
  { do: 'delete' },
]
const outcomes = (state: PlaylistState, actorId: string) =>
  everything.map((body) => handle(state, actorId, body)[1])

describe('who may do what to a playlist', () => {
  const [no, unseen] = ['forbidden', 'not-found']
  test.each<[string, PlaylistState, string, string[]]>([
    [
      'its owner: everything',
      created({ collaborative: false }, ['bob']),
      'ann',
      [
        'PlaylistEdited',
        'CollaboratorAdded',
        'CollaboratorRemoved',
        'PlaylistDetailsChanged',
        'PlaylistDeleted',
      ],
    ],
    [
      'a collaborator of a collaborative one: edit, and leave',
      created({}, ['bob']),
      'bob',
      ['PlaylistEdited', no, 'CollaboratorRemoved', no, no],
    ],
    [
      'a collaborator, while it is not collaborative: leave',
      created({ collaborative: false }, ['bob']),
      'bob',
      [no, no, 'CollaboratorRemoved', no, no],
    ],
    ['others, public: nothing', created({ visibility: 'public' }, ['bob']), 'eve', [no, no, no, no, no]],
    ['others, private: not even see it', created({}, ['bob']), 'eve', Array(5).fill(unseen)],
    [
      'who has left a public one: nothing, and leaving again changes nothing',
      created({ visibility: 'public' }),
      'bob',
      [no, no, 'nothing', no, no],
    ],
    ['who has left a private one: not even see it', created(), 'bob', Array(5).fill(unseen)],
    [
      'anyone, once it is deleted: nothing',
      handle(created({ visibility: 'public' }, ['bob']), 'ann', { do: 'delete' })[0],
      'bob',
      Array(5).fill(unseen),
    ],
  ])('%s', (_who, state, actorId, expected) => expect(outcomes(state, actorId)).toEqual(expected))

  test('naming again, or dismissing who is none, changes nothing; the owner is no collaborator', () => {
    const state = created({}, ['bob'])
    expect(handle(state, 'ann', { do: 'add-collaborator', userId: 'bob' })[1]).toBe('nothing')
    expect(handle(state, 'ann', { do: 'remove-collaborator', userId: 'cid' })[1]).toBe('nothing')
    expect(handle(state, 'ann', { do: 'add-collaborator', userId: 'ann' })[1]).toBe('rule-broken')
  })

  test('there is an end to collaborators', () => {
    const state = {
      ...created(),
      collaborators: new Set(Array.from({ length: collaboratorsMax }, (_, at) => `user-${at}`)),
    }
    expect(handle(state, 'ann', { do: 'add-collaborator', userId: 'bob' })[1]).toBe('too-large')
    const [room] = handle(state, 'ann', { do: 'remove-collaborator', userId: 'user-7' })
    expect(handle(room, 'ann', { do: 'add-collaborator', userId: 'bob' })[1]).toBe('CollaboratorAdded')
  })
})

test.each<[string, Partial<PlaylistDetails>, number]>([
  ['long texts', { name: '\u6b4c'.repeat(200), description: '\u6b4c'.repeat(2_000) }, 0],
  ['short ones', {}, 0],
  ['some items', {}, 40],
  ['many items', {}, 10_000],
])('a playlist with %s is taken for at least as large as it is written down', (_what, changes, items) => {
  const at = { commandId: 'c', bodyHash: 'h', version: 1, offset: 4 }
  const made = created(changes)
  const report = { created: made.details, ownerId: made.ownerId }
  const add = Array.from({ length: items }, () => ({ trackId: 't'.repeat(22) }))
  const edits = items > 0 ? [{ add }] : []
  const [state] = handle(playlistDecider.withCreation(made, { ...at, report }), 'ann', { do: 'edit', edits })
  expect(itemsOf(state.items)).toHaveLength(items)
  const written = Buffer.from(JSON.stringify(snapshot.toJson(state)), 'utf16le').length
  expect(snapshot.bytesOf(state)).toBeGreaterThan(written)
  expect(snapshot.bytesOf(state)).toBeLessThan(3 * written + 1_000)
})

const person = fc.constantFrom('ann', 'bob', 'cid')
const command: fc.Arbitrary<PlaylistCommand> = fc.oneof(
  fc.nat(300).map((size): PlaylistCommand => ({
    do: 'edit',
    edits: [{ add: Array.from({ length: size + 1 }, (_, at) => ({ trackId: `t${at % 5}` })), after: null }],
  })),
  fc
    .array(fc.nat(50), { minLength: 1 })
    .map((removeAt): PlaylistCommand => ({ do: 'edit', edits: [{ removeAt }] })),
  fc.tuple(fc.nat(100), fc.nat(100)).map(([start, to]): PlaylistCommand => ({
    do: 'edit',
    edits: [{ moveRange: { start, length: 3, to } }],
  })),
  person.map((userId): PlaylistCommand => ({ do: 'add-collaborator', userId })),
  person.map((userId): PlaylistCommand => ({ do: 'remove-collaborator', userId })),
  fc
    .boolean()
    .map((collaborative): PlaylistCommand => ({ do: 'change-details', changes: { collaborative } })),
)
const commands = fc.array(fc.tuple(person, command), { maxLength: 12 })

test('a snapshot decides and evolves as the playlist did', () => {
  fc.assert(
    fc.property(commands, commands, fc.boolean(), (before, after, isCreated) => {
      const creation = { commandId: 'c', bodyHash: 'h', version: 1, offset: 4, report: {} }
      const begun = isCreated ? playlistDecider.withCreation(created(), creation) : initialState
      const state = before.reduce((all, [actorId, body]) => handle(all, actorId, body)[0], begun)
      const json = JSON.stringify(snapshot.toJson(state))
      let [live, restored] = [state, snapshot.fromJson(JSON.parse(json))]
      expect(playlistDecider.creationOf(restored)).toEqual(playlistDecider.creationOf(state))
      expect(snapshot.bytesOf(restored)).toBe(snapshot.bytesOf(state))
      for (const [actorId, body] of after) {
        const at = count
        const one = handle(live, actorId, body)
        count = at
        const other = handle(restored, actorId, body)
        expect(other[1]).toBe(one[1])
        ;[live, restored] = [one[0], other[0]]
      }
      expect(itemsOf(restored.items)).toEqual(itemsOf(live.items))
      expect(snapshot.toJson(restored)).toEqual(snapshot.toJson(live))
    }),
  )
})
