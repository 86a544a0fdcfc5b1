import type { EditOperation, EditRow } from './edit-row.ts'
import type { GeneratedSong } from './generated-songs.ts'
import { listAfter } from './plain-replay.ts'
import type { SeededRandom } from './seeded-random.ts'

const playlistCount = 20
const runsPerPlaylist = 24
/** The long playlist grows by this many tracks a run, to several thousand. */
const longRun = 250
const firstRunAt = Date.parse('2025-01-06T08:00:00Z')
const runEveryMs = 6 * 3_600_000

const moods = [
  'Morning',
  'Focus',
  'Night Drive',
  'Rainy Day',
  'Running',
  'Dinner',
  'Road Trip',
  'Sunday',
  'Party',
  'Sleep',
]

/**
 * Edits of 20 playlists, taking turns as they would: additions, removals and moves in one run, new names and
 * descriptions, one playlist that grows to several thousand tracks, and one that is deleted.
 */
export const generateEdits = (songs: readonly GeneratedSong[], random: SeededRandom): readonly EditRow[] => {
  const lists = new Map<string, readonly string[]>()
  const rows: EditRow[] = []
  for (let turn = 0; turn < runsPerPlaylist; turn++)
    for (let nth = 0; nth < playlistCount; nth++) {
      const playlistId = `generated-${nth}`
      const before = lists.get(playlistId)
      if (turn > 0 && before === undefined) continue
      const operations = operationsOf({ nth, turn, before: before ?? [], songs, random })
      const observedAt = new Date(firstRunAt + turn * runEveryMs + nth * 1_000).toISOString()
      const run = operations.map((operation, at) => ({
        seq: rows.length + at,
        observedAt,
        playlistId,
        ...operation,
      }))
      rows.push(...run)
      const after = listAfter(before ?? [], run)
      if (after === null) lists.delete(playlistId)
      else lists.set(playlistId, after)
    }
  return rows
}

type Turn = {
  readonly nth: number
  readonly turn: number
  readonly before: readonly string[]
  readonly songs: readonly GeneratedSong[]
  readonly random: SeededRandom
}

const operationsOf = (turn: Turn): readonly EditOperation[] => {
  const isLong = turn.nth === 0
  if (turn.turn === 0)
    return [{ op: 'create', value: nameOf(turn.nth) }, ...additions(turn, 0, isLong ? longRun : 30)]
  if (turn.nth === playlistCount - 1 && turn.turn === 12) return [{ op: 'delete' }]
  return [...wordsOf(turn), ...changes(turn, isLong ? longRun : turn.random.below(12))]
}

const nameOf = (nth: number): string =>
  `${moods[nth % moods.length]} ${nth < moods.length ? 'Mix' : 'Favourites'}`

/** Every seventh run says something, now and then what was said before. */
const wordsOf = ({ nth, turn }: Turn): readonly EditOperation[] => {
  if ((nth + turn) % 7 !== 0) return []
  return turn % 2 === 0
    ? [{ op: 'rename', value: `${nameOf(nth)} №${Math.floor(turn / 4)}` }]
    : [{ op: 'describe', value: `Renewed every week & <b>loved</b> (${Math.floor(turn / 6)})` }]
}

/** Removals and moves of different places, and additions; the list is not yet changed when `from` counts. */
const changes = (turn: Turn, additionCount: number): readonly EditOperation[] => {
  const { before, random } = turn
  const touched = random.sample(random.below(10), before.length)
  const isMove = touched.map(() => random.next() < 0.6)
  const removals = touched.filter((_from, at) => !isMove[at]).map((from) => removal(before, from))
  let length = before.length - touched.length
  const moves = touched
    .filter((_from, at) => isMove[at])
    .map((from): EditOperation => ({
      op: 'move',
      trackId: before[from] ?? '',
      from,
      to: random.below(++length),
    }))
  return [...removals, ...moves, ...additions(turn, length, additionCount)]
}

const removal = (before: readonly string[], from: number): EditOperation => ({
  op: 'remove',
  trackId: before[from] ?? '',
  from,
})

/** Mostly at the end, as people add; now and then in between. */
const additions = ({ songs, random }: Turn, length: number, count: number): readonly EditOperation[] =>
  Array.from({ length: count }, (_none, at): EditOperation => {
    const trackId = songs[random.below(songs.length)]?.trackId ?? ''
    return { op: 'add', trackId, to: random.next() < 0.8 ? length + at : random.below(length + at + 1) }
  })
