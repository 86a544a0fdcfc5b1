import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { BadRow } from './edit-row.ts'
import { readCsv } from './read-csv.ts'

let folder = ''
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'read-csv-'))))
afterAll(() => rm(folder, { recursive: true }))

const read = async (name: string, content: string | Buffer) => {
  await writeFile(join(folder, name), content)
  return Array.fromAsync(readCsv(join(folder, name)))
}

const hostile = 'id,value\n1,"two\nlines, ""quoted"" & <b>🎧</b>"\n2,\n'
const records = [
  { id: '1', value: 'two\nlines, "quoted" & <b>🎧</b>' },
  { id: '2', value: '' },
]

test('reads plain, gzip and zstd files alike', async () => {
  expect(await read('a.csv', hostile)).toEqual(records)
  expect(await read('a.csv.gz', gzipSync(hostile))).toEqual(records)
  expect(await read('a.csv.zst', zstdCompressSync(hostile))).toEqual(records)
})

test.each([
  ['a row with too many cells', 'a.csv', 'id,value\n1,2,3\n'],
  ['an open quote', 'b.csv', 'id,value\n1,"two\n'],
  ['a file that is cut off', 'c.csv.gz', gzipSync(hostile).subarray(0, 30)],
  ['a file that is not what its name says', 'd.csv.zst', hostile],
])('refuses %s', async (_name, file, content) => {
  await expect(read(file, content)).rejects.toThrow(BadRow)
})

test('refuses a file that is not there', async () => {
  await expect(Array.fromAsync(readCsv(join(folder, 'none.csv')))).rejects.toThrow(BadRow)
})
