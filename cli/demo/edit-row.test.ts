import { describe, expect, test } from '@jest/globals'
import { BadRow, editRowOf } from './edit-row.ts'

const right = {
  seq: '7',
  observed_at: '2019-05-25T20:52:18Z',
  playlist_id: 'p',
  op: 'move',
  track_id: 't',
  from_pos: '3',
  to_pos: '0',
  value: '',
}

describe('a row of the archive', () => {
  test('is read with what its operation needs', () => {
    const head = { seq: 7, observedAt: '2019-05-25T20:52:18Z', playlistId: 'p' }
    expect(editRowOf(right)).toEqual({ ...head, op: 'move', trackId: 't', from: 3, to: 0 })
    expect(editRowOf({ ...right, op: 'add_initial' })).toEqual({ ...head, op: 'add', trackId: 't', to: 0 })
    expect(editRowOf({ ...right, op: 'remove' })).toEqual({ ...head, op: 'remove', trackId: 't', from: 3 })
    expect(editRowOf({ ...right, op: 'describe' })).toEqual({ ...head, op: 'describe', value: '' })
    expect(editRowOf({ ...right, op: 'delete' })).toEqual({ ...head, op: 'delete' })
  })

  test.each([
    ['an unknown operation', { op: 'truncate' }],
    ['no operation', { op: undefined }],
    ['an inherited word as operation', { op: 'constructor' }],
    ['a negative index', { from_pos: '-1' }],
    ['an index that is no number', { to_pos: '1e3' }],
    ['a fraction', { from_pos: '1.5' }],
    ['an index beyond all lists', { to_pos: '99999999999999999999' }],
    ['a missing index', { from_pos: '' }],
    ['a missing track', { track_id: '' }],
    ['no playlist', { playlist_id: '' }],
    ['a local time', { observed_at: '2019-05-25 20:52:18' }],
    ['a day that is none', { observed_at: '2019-13-45T20:52:18Z' }],
    ['a row number that is none', { seq: '0x10' }],
    ['a creation without a name', { op: 'create', value: '' }],
  ])('with %s is refused', (_name, wrong) => {
    expect(() => editRowOf({ ...right, ...wrong })).toThrow(BadRow)
  })
})
