import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { folderOf, pomOf, type Artefact } from './artefact.ts'
import { findJava } from './find-java.ts'
import { damageOf, writeManifest } from './manifest.ts'
import { removeLeftovers } from './leftovers.ts'
import { missingPrerequisites } from './prerequisites.ts'

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'reprise-cache-'))
})

afterEach(() => rmSync(dir, { recursive: true }))

const artefact: Artefact = {
  name: 'x',
  version: '1',
  dependencies: ['g:a:1:tar.gz:all'],
  exclusions: ['g:b'],
}

test('everything that is missing is reported at once, each with its command', async () => {
  const missing = await missingPrerequisites({ artefacts: true, javas: ['17', '21+'] }, { PATH: dir })
  expect(missing).toHaveLength(3)
  expect(missing.join('\n')).toMatch(
    /Maven.*install.*\ntar.*install.*\nJava 17 and Java 21 or newer.*pip.*install/,
  )
})

test('nothing is missing when nothing must be fetched', async () => {
  expect(await missingPrerequisites({ artefacts: false, javas: [] }, { PATH: dir })).toEqual([])
})

test('a missing, cut or changed file is damage', async () => {
  writeFileSync(join(dir, 'a.jar'), 'contents')
  expect(await damageOf(dir)).toBe('not resolved yet')
  await writeManifest(dir)
  expect(await damageOf(dir, true)).toBeUndefined()
  writeFileSync(join(dir, 'a.jar'), 'CONTENTS')
  expect(await damageOf(dir)).toBeUndefined()
  expect(await damageOf(dir, true)).toBe('a.jar has other contents')
  writeFileSync(join(dir, 'a.jar'), 'cont')
  expect(await damageOf(dir)).toBe('a.jar has 4 bytes instead of 8')
  rmSync(join(dir, 'a.jar'))
  expect(await damageOf(dir)).toBe('a.jar is missing')
  writeFileSync(join(dir, 'manifest.json'), '[{"path": "a.j')
  expect(await damageOf(dir)).toBe('manifest.json is cut short')
})

test('what an interrupted download left is gone with the next one', async () => {
  const left = join(dir, '.x-Ab3dEf')
  mkdirSync(left)
  const others = [join(dir, '.xy-Ab3dEf'), join(dir, 'x-1-00000000')]
  for (const other of others) mkdirSync(other)
  await removeLeftovers(dir, '.x-')
  expect(readdirSync(dir).sort()).toEqual(['.xy-Ab3dEf', 'x-1-00000000'])
})

test('a changed recipe has another folder, and the pom says all of it', () => {
  expect(folderOf({ ...artefact, finishRevision: '2' })).not.toBe(folderOf(artefact))
  expect(pomOf(artefact)).toContain('<type>tar.gz</type><classifier>all</classifier>')
  expect(pomOf(artefact)).toContain('<artifactId>b</artifactId></exclusion>')
})

test('Java is chosen by version: exactly 17, or the newest from 21 that was tried', () => {
  const homes = ['17.0.1', '21.0.2', '25', '26'].map((version) => javaHome(version))
  const env = { PATH: homes.map((home) => join(home, 'bin')).join(':'), HOME: dir }
  expect(findJava('17', { ...env, REPRISE_JAVA_17: homes[0] }, dir)).toBe(join(homes[0]!, 'bin', 'java'))
  expect(findJava('21+', { ...env, REPRISE_JAVA_21: homes[1] }, dir)).toBe(join(homes[1]!, 'bin', 'java'))
  expect(findJava('21+', { ...env, JAVA_HOME: homes[0] }, dir)).toMatch(/25/)
})

/** Something that looks like a Java. */
function javaHome(version: string): string {
  const home = join(dir, `jdk-${version}`)
  mkdirSync(join(home, 'bin'), { recursive: true })
  writeFileSync(join(home, 'release'), `IMPLEMENTOR="test"\nJAVA_VERSION="${version}"\n`)
  writeFileSync(join(home, 'bin', 'java'), '')
  chmodSync(join(home, 'bin', 'java'), 0o755)
  return home
}
