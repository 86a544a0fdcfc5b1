import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { findProjections } from './find-projections.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'projections-'))
})
afterEach(() => rm(folder, { recursive: true }))

const found = async (files: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return findProjections(pathToFileURL(`${folder}/`))
}
const fans = "export const fans = { name: 'fans', version: 1, from: '', store: {}, on: {} }"

test('every export of every file, and nothing of other files', async () => {
  const names = (await found({ 'fans.projection.ts': fans, 'fans.test.ts': 'throw new Error()' })).map(
    ({ name }) => name,
  )
  expect(names).toEqual(['fans'])
})

test('a file without an export is told of, and not passed over', () =>
  expect(found({ 'fans.projection.ts': fans.replace('export', '') })).rejects.toThrow(
    /^fans.projection.ts exports no projection/,
  ))

test('a file that can not be loaded is named with the line', async () => {
  const early = 'export const fans = {\n  on: handlers,\n}\nconst handlers = {}\n'
  await expect(found({ 'fans.projection.ts': early })).rejects.toThrow(
    /^fans.projection.ts:2 can't be loaded: .*'?handlers'? before init/,
  )
})

test('a name and version may be declared once', () =>
  expect(found({ 'fans.projection.ts': fans, 'more.projection.ts': fans })).rejects.toThrow(
    'projection fans v1 is declared twice',
  ))
