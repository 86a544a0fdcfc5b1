import { describe, expect, test } from '@jest/globals'
import { unlistedTrackIdOf } from '@reprise/core/identity.ts'
import { BadRow } from './edit-row.ts'
import { countSongs } from './plays.ts'
import { radioPlaysOf, radioRowOf } from './radio-plays.ts'

const record = { unique_id: 'K1', callsign: 'KGB', time: '1402943314', song: 'Rain', artist: 'Kumo' }

describe('radio plays', () => {
  test('rows without a song are counted and left out; listed songs get the id of the catalogue', () => {
    const rows = [
      record,
      { ...record, unique_id: 'K2', song: '' },
      { ...record, unique_id: 'K3', song: 'Snow, "live"' },
    ].map(radioRowOf)
    const { plays, rowsWithoutSong, titles } = radioPlaysOf(rows, ({ title }) =>
      title === 'Rain' ? 'listed' : undefined,
    )
    expect(rowsWithoutSong).toBe(1)
    expect(plays.map(({ playId, trackId }) => [playId, trackId])).toEqual([
      ['K1', 'listed'],
      ['K3', unlistedTrackIdOf('Kumo', 'Snow, "live"')],
    ])
    expect(plays[0]).toMatchObject({ startedAt: 1402943314000, msPlayed: 180_000, reasonEnd: 'trackdone' })
    expect(titles.get('listed')).toEqual({ title: 'Rain', artist: 'Kumo' })
  })

  test.each([
    ['no id', { unique_id: '' }],
    ['an endless id', { unique_id: 'K'.repeat(65) }],
    ['no station', { callsign: '' }],
    ['no time', { time: '' }],
    ['a time in words', { time: 'yesterday' }],
    ['a negative time', { time: '-1402943314' }],
  ])('a row with %s is refused', (_name, wrong) => {
    expect(() => radioRowOf({ ...record, ...wrong })).toThrow(BadRow)
  })
})

test('a play counts once, from 30 s on, and a chosen end is a skip as well', () => {
  const play = {
    userId: 'u',
    playId: '1',
    trackId: 't',
    startedAt: 0,
    msPlayed: 30_000,
    reasonEnd: 'fwdbtn',
    country: 'SE',
  }
  const short = { ...play, playId: '2', msPlayed: 29_999 }
  expect(countSongs([play, play, short]).get('t')).toEqual({ plays: 1, skips: 2 })
})
