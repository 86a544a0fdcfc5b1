import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { BadRow } from '../demo/edit-row.ts'
import { catalogueSourceOf, type CatalogueSourceOptions } from './catalogue-source.ts'

const header = 'track_id,title,artist_ids,artist_names,album_id,album_name,duration_ms,release_date,genres'
const row = `t1,Rain,"[""a1""]","[""Kumo""]",al1,Weather,200000,2019-05,"[""pop""]"`
const tracks = zstdCompressSync(`${header}\n${row}\n`)
const list = 'Song Clean,ARTIST CLEAN,Release Year\nRain,Kumo,1982\nSnow,Kumo,\n'
const plays = gzipSync('song,artist\nSnow,Kumo\nHail,Kumo\n')

let folder = ''
let projectRoot = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'catalogue-source-'))
  projectRoot = join(folder, 'project')
  await mkdir(join(folder, 'data'))
  await writeFile(join(folder, 'data', 'catalogue_union.csv.zst'), tracks)
  await writeFile(join(folder, 'data', 'radio_song_list_538.csv'), list)
  await writeFile(join(folder, 'data', 'radio_plays_538.csv.gz'), plays)
})
afterAll(() => rm(folder, { recursive: true }))

const sourceOf = (options: Partial<CatalogueSourceOptions> = {}) =>
  catalogueSourceOf({ projectRoot, env: {}, ...options })
const inData = () => sourceOf({ env: { REPRISE_DATA: join(folder, 'data') } })

const fileOf = async (name: string, content: string | Buffer): Promise<string> => {
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

test.each([{}, { REPRISE_DATA: '' }, { REPRISE_DATA: 'none' }])(
  'without data, %j, the catalogue is generated',
  async (env) => {
    const source = sourceOf({ env })
    expect(source.description).toMatch('generated')
    expect((await source.read()).tracks).toHaveLength(2_000)
  },
)

test('the data folder holds tracks, and songs in two files, each once', async () => {
  const { tracks, artists, albums } = await inData().read()
  expect(tracks.map(({ title }) => title).sort()).toEqual(['Hail', 'Rain', 'Snow'])
  expect(artists).toEqual([{ id: 'a1', name: 'Kumo' }])
  expect(albums).toEqual([{ id: 'al1', name: 'Weather', artistId: 'a1' }])
})

test('a year that one of the files knows is kept', async () => {
  const radio = await fileOf('years.csv', 'song,artist,Release Year\nFog,K,\nFog,K,1971\nFog,K,1972\n')
  const file = await fileOf('some.csv.zst', tracks)
  const { tracks: found } = await sourceOf({ file, radio }).read()
  expect(found.find(({ title }) => title === 'Fog')?.release?.day).toBe('1971-01-01')
})

test('a file that is named does without the data folder', async () => {
  const file = await fileOf('other.csv', `${header}\n${row.replace('t1', 't2')}\n`)
  expect((await sourceOf({ file }).read()).tracks.map(({ id }) => id)).toEqual(['t2'])
})

test.each([
  ['a folder', () => sourceOf({ env: { REPRISE_DATA: join(folder, 'nowhere') } })],
  ['a catalogue', () => sourceOf({ file: join(folder, 'nowhere.csv') })],
  ['songs', () => sourceOf({ file: join(folder, 'data', 'catalogue_union.csv.zst'), radio: 'nowhere.csv' })],
])('%s that is named but not there is refused, with the way out', (_what, source) => {
  expect(source).toThrow(/nowhere.*REPRISE_DATA=none/)
})

test.each([
  ['with other columns', 'a.csv', 'id,name\n1,x\n'],
  ['with a row too short', 'b.csv', `${header}\nt1,Rain\n`],
  ['with a cell that is not a list', 'c.csv', `${header}\n${row.replace('"[""a1""]"', 'a1')}\n`],
  ['that is cut off', 'd.csv.zst', tracks.subarray(0, 40)],
  ['that is empty', 'h.csv', ''],
  ['without a row', 'i.csv', `${header}\n`],
  ['that is not what its name says', 'e.csv.gz', `${header}\n`],
])('a catalogue %s is refused with its name and the way out', async (_how, name, content) => {
  const file = await fileOf(name, content)
  const refusal: unknown = await sourceOf({ file })
    .read()
    .catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(BadRow)
  expect((refusal as BadRow).message).toMatch(new RegExp(`${name}.*--file.*REPRISE_DATA=none`))
})

test('songs with other columns are refused with the name of their file', async () => {
  const radio = await fileOf('f.csv', 'id,name\n1,x\n')
  const file = await fileOf('g.csv', `${header}\n${row}\n`)
  await expect(sourceOf({ file, radio }).read()).rejects.toThrow(/f\.csv.*--radio/)
})
