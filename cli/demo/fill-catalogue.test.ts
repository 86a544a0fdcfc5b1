import { PassThrough } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { expect, test } from '@jest/globals'
import { DatabaseAway } from '@reprise/connect/database.ts'
import type { LoadOptions, Loaded } from '../catalogue/load-catalogue.ts'
import type { ApiClient } from './api-client.ts'
import { fillCatalogue } from './fill-catalogue.ts'
import { createScreen } from './screen.ts'

const catalogue = { artists: [{ id: 'a', name: 'Ann' }], albums: [], tracks: [] }
const away = new DatabaseAway('PostgreSQL went away')

/** Answers every query with `status`. */
const clientWith = (status: number): ApiClient => ({
  request: () => Promise.resolve({ status, header: () => 'position', json: {} }),
  close: () => Promise.resolve(),
})

/** Fills from a database that fails so many loads; tells how often the source was read, and loads were tried. */
const filling = (options: { readonly fails: number; readonly error?: Error; readonly status?: number }) => {
  const { fails, error = away, status = 200 } = options
  const stopping = new AbortController()
  const counts = { reads: 0, loads: 0 }
  const load = async ({ source, onRead, onWritten }: LoadOptions): Promise<Loaded> => {
    counts.loads += 1
    const { artists } = await source.read()
    const read = { artists: artists.length, albums: 0, tracks: 0 }
    onRead?.(read)
    if (counts.loads <= fails) throw error
    onWritten?.(1)
    return { source: '', counts: read, written: { ...read, credits: 0 }, seconds: 0 }
  }
  const source = {
    description: '',
    read: () => {
      counts.reads += 1
      return Promise.resolve(catalogue)
    },
  }
  const filled = fillCatalogue({
    source,
    environment: {},
    client: clientWith(status),
    screen: createScreen(new PassThrough() as unknown as WriteStream),
    signal: stopping.signal,
    load,
  })
  return { filled, counts, stopping }
}

test('a database that dies under the load is waited for, and the load goes on', async () => {
  const { filled, counts } = filling({ fails: 1 })
  expect(await filled).toEqual({ artists: 1, albums: 0, tracks: 0 })
  expect(counts).toEqual({ reads: 1, loads: 2 })
})

test('any other failure ends it at once', async () => {
  const refused = new Error('no such album')
  const { filled, counts } = filling({ fails: 1, error: refused })
  await expect(filled).rejects.toBe(refused)
  expect(counts.loads).toBe(1)
})

test.each([
  ['for the database', { fails: Infinity }],
  ['for the views', { fails: 0, status: 404 }],
])('an interrupt while it waits %s ends it with the words of the interrupt', async (_what, given) => {
  const { filled, stopping } = filling(given)
  const words = new Error('Stopped.')
  setImmediate(() => stopping.abort(words))
  await expect(filled).rejects.toBe(words)
})
