import { expect, test } from '@jest/globals'
import type { ProjectionStatus } from '@reprise/projectors/engine/projection-status.ts'
import { togetherOf } from './projections-together.ts'
import { statusLinesOf } from './status-lines.ts'

const statusOf = (changes: Partial<ProjectionStatus>): ProjectionStatus => ({
  name: 'song-counts',
  version: 1,
  topic: 'playback-events',
  state: 'running',
  lagEvents: 1_200,
  lagSeconds: 0.25,
  rate: 41_234.4,
  appliedTotal: 100,
  quarantined: 0,
  cache: { hits: 3, misses: 1 },
  readerReplacements: 0,
  partitions: [{ partition: 0, watermark: 1_000_000, end: 1_001_200, lagEvents: 1_200, lagSeconds: 0.25 }],
  ...changes,
})

test('a line per projection, and why one waits', () => {
  const waiting = statusOf({ name: 'playlist-search', state: 'waiting', reason: 'OpenSearch is away' })
  expect(statusLinesOf([statusOf({}), waiting], { color: false, width: 120 })).toEqual([
    'projection       version  state    lagEvents  lagSeconds  events/s  watermark  quarantined  cache hits',
    'song-counts           v1  running      1 200         0.3    41 234  1 000 000            0        75 %',
    'playlist-search       v1  waiting      1 200         0.3    41 234  1 000 000            0        75 %',
    'OpenSearch is away',
  ])
})

test('no line is wider than the terminal, and none breaks', () => {
  const stopped = statusOf({ state: 'stopped', reason: `it stopped:\n\u001B[2J${'x'.repeat(200)}` })
  for (const width of [0, 20, 30, 79]) {
    const plain = statusLinesOf([statusOf({}), stopped], { color: false, width })
    const colored = statusLinesOf([statusOf({}), stopped], { color: true, width })
    expect(plain).toHaveLength(4)
    for (const line of plain) expect(line).toMatch(new RegExp(`^[^\\p{Cc}]{0,${width}}$`, 'u'))
    // eslint-disable-next-line no-control-regex
    expect(colored.map((line) => line.replaceAll(/\u001B\[\d+m/g, ''))).toEqual(plain)
  }
  expect(statusLinesOf([stopped], { color: true, width: 30 })[1]).toContain('\u001B[31mstopped\u001B[0m')
})

test('what several processes say is one status, and the worst state stands', () => {
  const [one, ...others] = togetherOf([
    [
      statusOf({
        partitions: [{ partition: 1, watermark: 5, end: 5, lagEvents: 0 }],
        lagEvents: 0,
        lagSeconds: 0,
      }),
    ],
    [statusOf({ state: 'stalled', reason: 'it stands still', quarantined: 2 })],
  ])
  expect(others).toEqual([])
  expect(one).toMatchObject({
    state: 'stalled',
    reason: 'it stands still',
    lagEvents: 1_200,
    lagSeconds: 0.25,
    quarantined: 2,
    cache: { hits: 6, misses: 2 },
  })
  expect(one?.partitions.map(({ partition }) => partition)).toEqual([0, 1])
})
