import { appendFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { tokenOf } from '@reprise/core/position.ts'
import { openAcknowledgements } from './acknowledgements.ts'

const ack = (playlistId: string, version: number, offset: number) => ({
  playlistId,
  version,
  token: tokenOf({ topic: 'playlist-events', partition: 3, offset }),
})

test('what was acknowledged is known to the next demo, a line cut off by a kill is passed over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'acknowledgements-'))
  const path = join(folder, 'acknowledged.ndjson')
  const first = openAcknowledgements(path, 'one')
  first.record(ack('p', 1, 0))
  first.record(ack('p', 2, 5))
  first.record(ack('p', 2, 5))
  appendFileSync(path, '{"playlistId":"p","ver')

  const second = openAcknowledgements(path, 'one')
  expect(second.count).toBe(2)
  expect(second.newest.get('p')).toEqual(ack('p', 2, 5))
  expect(second.at({ partition: 3, offset: 0 })).toEqual(ack('p', 1, 0))
  expect(openAcknowledgements(path, 'another').count).toBe(0)
  await rm(folder, { recursive: true })
})
