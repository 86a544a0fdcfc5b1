import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { EventTypes, Meta } from '@reprise/schemas/generated/events.ts'
import type { EvolvingEvent } from '@reprise/core/decider.ts'
import { mapOfSorted } from '@reprise/core/persistent-map.ts'
import {
  keptIdBytesMax,
  keptMax,
  type LibraryCommand,
  libraryDecider,
  type LibraryEvent,
} from './library.decider.ts'
import { countOf, givenUpMax, idBytesIn, type Marks, standingOf } from './marks.ts'

const { decide, evolve, initialState, snapshot } = libraryDecider

/** A command with the time at which it arrives, which counts where it claims none. */
type Arriving = LibraryCommand & { readonly now: number }

const like = (now: number, claims: Partial<LibraryCommand> = {}): Arriving => ({
  shelf: 'likes',
  id: 'track',
  keep: true,
  now,
  ...claims,
})
const unlike = (now: number, claims: Partial<LibraryCommand> = {}) => like(now, { keep: false, ...claims })

/** What a command comes to: the state after it, and its outcome. */
const handle = (state: Marks, { now, ...body }: Arriving): readonly [Marks, string] => {
  const decision = decide(state, { actorId: 'ann', commandId: 'c', body })
  if (decision === 'nothing-to-do') return [state, 'nothing']
  if ('refused' in decision) return [state, decision.refused]
  const meta = { occurredAt: Math.min(body.occurredAt ?? now, now), lamport: body.lamport ?? null } as Meta
  const data = { ...decision.data, meta } as EventTypes[LibraryEvent]
  return [evolve(state, { type: decision.type, data } as EvolvingEvent<LibraryEvent>), decision.type]
}

const outcomesOf = (...commands: readonly Arriving[]): readonly string[] => {
  let state = initialState
  return commands.map((command) => {
    const [next, outcome] = handle(state, command)
    state = next
    return outcome
  })
}
const isLiked = (state: Marks, id = 'track') => standingOf(state, { shelf: 'likes', id }).isKept

describe('a library', () => {
  test.each<[string, Arriving[], string[]]>([
    ['a like and its end', [like(1), unlike(2)], ['TrackLiked', 'TrackUnliked']],
    ['a like again is nothing new', [like(1), like(2)], ['TrackLiked', 'nothing']],
    [
      'a like made before the unlike, and arriving after it, yields',
      [like(10), unlike(20), like(30, { occurredAt: 15 })],
      ['TrackLiked', 'TrackUnliked', 'overtaken'],
    ],
    [
      'also when the unlike found nothing to take back',
      [unlike(20), like(30, { occurredAt: 15 })],
      ['TrackUnliked', 'overtaken'],
    ],
    [
      'a later unlike of what is not liked is recorded, since a like may still be on its way',
      [unlike(10), unlike(20), like(30, { occurredAt: 15 })],
      ['TrackUnliked', 'TrackUnliked', 'overtaken'],
    ],
    [
      'a like that claims nothing happens now',
      [unlike(20, { occurredAt: 19 }), like(21)],
      ['TrackUnliked', 'TrackLiked'],
    ],
    [
      'the logical clock holds a like back, whatever the other clock says',
      [unlike(20, { lamport: 7 }), like(30, { lamport: 6, occurredAt: 25 }), like(31, { lamport: 8 })],
      ['TrackUnliked', 'overtaken', 'TrackLiked'],
    ],
    [
      'a delayed unlike yields to a later like in turn, even one that found it liked',
      [like(10), like(20, { occurredAt: 20 }), unlike(30, { occurredAt: 15 })],
      ['TrackLiked', 'TrackLiked', 'overtaken'],
    ],
    [
      'at equal clocks the unlike wins, in either order',
      [
        unlike(9, { occurredAt: 5 }),
        like(9, { occurredAt: 5 }),
        like(12, { occurredAt: 10 }),
        unlike(13, { occurredAt: 10 }),
      ],
      ['TrackUnliked', 'overtaken', 'TrackLiked', 'TrackUnliked'],
    ],
    [
      'a clock that is fast holds nothing off',
      [unlike(100, { occurredAt: 900 }), like(101, { occurredAt: 101 })],
      ['TrackUnliked', 'TrackLiked'],
    ],
    [
      'what is older and says the same changes nothing',
      [like(10), like(20, { occurredAt: 5 }), unlike(30), unlike(40, { occurredAt: 5 })],
      ['TrackLiked', 'nothing', 'TrackUnliked', 'nothing'],
    ],
    [
      'each shelf has events of its own',
      (['playlists', 'artists', 'users'] as const).flatMap((shelf) => [
        like(1, { shelf, id: 'x' }),
        unlike(2, { shelf, id: 'x' }),
      ]),
      [
        'PlaylistFollowed',
        'PlaylistUnfollowed',
        'ArtistFollowed',
        'ArtistUnfollowed',
        'UserFollowed',
        'UserUnfollowed',
      ],
    ],
    ['nobody follows themselves', [like(1, { shelf: 'users', id: 'ann' })], ['rule-broken']],
  ])('%s', (_name, commands, outcomes) => expect(outcomesOf(...commands)).toEqual(outcomes))

  test('a shelf has an end, and an unlike makes room', () => {
    const ids = Array.from({ length: keptMax.likes }, (_, at) => at.toString().padStart(6, '0'))
    const likes = mapOfSorted(ids.map((id) => [id, { at: 1, lamport: null }]))
    const full = { ...initialState, kept: { ...initialState.kept, likes } }
    expect(handle(full, like(2, { id: 'new' }))[1]).toBe('too-large')
    expect(handle(full, like(2, { id: '000007' }))[1]).toBe('nothing')
    const [room] = handle(full, unlike(2, { id: '000007' }))
    expect(handle(room, like(3, { id: 'new' }))[1]).toBe('TrackLiked')
    expect(isLiked(full, '000007')).toBe(true)
  })

  test('the longest ids fill it sooner, and an end makes room', () => {
    // JSON takes two bytes for each of these quotes.
    const long = (now: number, at: number, keep = true) => like(now, { id: `${at}`.padEnd(64, '"'), keep })
    let state = initialState
    let count = 0
    for (let outcome = 'TrackLiked'; outcome === 'TrackLiked'; count++)
      [state, outcome] = handle(state, long(count, count))
    expect(count).toBeLessThan(keptMax.likes)
    expect(handle(state, long(count, count))[1]).toBe('too-large')
    const [room] = handle(state, long(count, 7, false))
    expect(handle(room, long(count, count))[1]).toBe('TrackLiked')
  })

  test('the largest one fits into a row of Cassandra', () => {
    const clocks = { at: 1_790_000_000_000, lamport: Number.MAX_SAFE_INTEGER }
    const entries = (count: number, chars: number) =>
      mapOfSorted(Array.from({ length: count }, (_, at) => [String(at).padStart(chars, '0'), clocks]))
    const perKept = Math.floor(keptIdBytesMax / (keptMax.likes + 3 * keptMax.users)) - 3
    const perGivenUp = Math.floor(givenUpMax.idBytes / givenUpMax.entries) - 3
    const follows = entries(keptMax.users, perKept)
    const kept = {
      likes: entries(keptMax.likes, perKept),
      playlists: follows,
      artists: follows,
      users: follows,
    }
    const givenUp = { ...initialState.givenUp, likes: entries(givenUpMax.entries, perGivenUp) }
    expect(idBytesIn(kept)).toBeGreaterThan(0.95 * keptIdBytesMax)
    const json = JSON.stringify(snapshot.toJson({ ...initialState, kept, givenUp }))
    expect(Buffer.byteLength(json)).toBeLessThan(15 * 1024 * 1024)
  })
})

const claims = fc.record({
  occurredAt: fc.option(fc.nat(40), { nil: undefined }),
  lamport: fc.option(fc.nat(10), { nil: undefined }),
})
const command = fc.record({
  id: fc.constantFrom('track', 'other'),
  keep: fc.boolean(),
  claims,
})
const arriving = fc
  .array(command, { maxLength: 40 })
  .map((commands): Arriving[] =>
    commands.map(({ id, keep, claims: { occurredAt, lamport } }, at) =>
      like(at + 1, { id, keep, occurredAt, lamport }),
    ),
  )

describe('laws of the library', () => {
  test('a like that was made before an acknowledged unlike never undoes it', () => {
    fc.assert(
      fc.property(arriving, (commands) => {
        let state = initialState
        const unliked: Arriving[] = []
        for (const each of commands) {
          const [next, outcome] = handle(state, each)
          const madeBefore = unliked.some(
            ({ id, now, occurredAt = now, lamport }) =>
              id === each.id &&
              ((each.occurredAt !== undefined && each.occurredAt <= Math.min(occurredAt, now)) ||
                (each.lamport !== undefined && lamport !== undefined && each.lamport <= lamport)),
          )
          if (each.keep && madeBefore) {
            expect(outcome).not.toBe('TrackLiked')
            expect(isLiked(next, each.id)).toBe(isLiked(state, each.id))
          }
          if (outcome === 'TrackUnliked') unliked.push(each)
          state = next
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test('whatever the order in which commands arrive, the latest by their claims stands', () => {
    const claimed = fc.array(fc.record({ keep: fc.boolean(), occurredAt: fc.nat(20) }), { minLength: 1 })
    fc.assert(
      fc.property(
        claimed.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        ([one, other]) => {
          const [first, second] = [one, other].map((all) =>
            isLiked(all.reduce((state, each) => handle(state, like(100, each))[0], initialState)),
          )
          expect(second).toBe(first)
          const last = Math.max(...one.map(({ occurredAt }) => occurredAt))
          expect(first).toBe(one.every(({ keep, occurredAt }) => keep || occurredAt < last))
        },
      ),
    )
  })

  test('a snapshot decides and evolves as the library did', () => {
    fc.assert(
      fc.property(arriving, arriving, (before, after) => {
        const state = before.reduce((marks, each) => handle(marks, each)[0], initialState)
        let [live, restored] = [state, snapshot.fromJson(JSON.parse(JSON.stringify(snapshot.toJson(state))))]
        expect(restored.idBytes).toEqual(live.idBytes)
        expect(snapshot.bytesOf(restored)).toBe(snapshot.bytesOf(live))
        for (const each of after) {
          const [one, other] = [handle(live, each), handle(restored, each)]
          expect(other[1]).toBe(one[1])
          ;[live, restored] = [one[0], other[0]]
        }
        expect(snapshot.toJson(restored)).toEqual(snapshot.toJson(live))
      }),
    )
  })

  test('what was given up is held in bounds, and what is forgotten still holds off older likes', () => {
    let state = initialState
    for (let at = 0; at <= givenUpMax.entries; at++)
      [state] = handle(state, unlike(1_000 + at, { id: `track-${at}` }))
    const left = givenUpMax.entries / 2
    expect(countOf(state.givenUp)).toBe(left)
    expect(state.idBytes.givenUp).toBe(idBytesIn(state.givenUp))
    expect(snapshot.bytesOf(state) - snapshot.bytesOf(initialState)).toBe(175 * left + state.idBytes.givenUp)
    for (const id of ['track-0', 'track-1', `track-${givenUpMax.entries}`])
      expect(handle(state, like(99_999, { id, occurredAt: 999 }))[1]).toBe('overtaken')
    expect(handle(state, like(99_999, { id: 'track-0' }))[1]).toBe('TrackLiked')
    expect(handle(state, like(99_999, { id: 'track-0', occurredAt: 99_999 }))[1]).toBe('TrackLiked')
  })

  test('of long ids fewer are held', () => {
    let state = initialState
    let most = 0
    for (let at = 0; at <= givenUpMax.entries; at++) {
      ;[state] = handle(state, unlike(1_000 + at, { shelf: 'users', id: `${at}`.padEnd(256, '𝄞') }))
      most = Math.max(most, state.idBytes.givenUp)
    }
    expect(most).toBeLessThanOrEqual(givenUpMax.idBytes)
    expect(state.idBytes.givenUp).toBe(idBytesIn(state.givenUp))
    expect(handle(state, like(99_999, { shelf: 'users', id: 'zoe', occurredAt: 999 }))[1]).toBe('overtaken')
  })
})
