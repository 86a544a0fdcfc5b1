import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { createJwtAuthenticator } from '@reprise/adapters/auth/jwt-authenticator.ts'
import { ensureLocalKeys, localJwksPath, mintToken } from './local-keys.ts'

const claims = { issuer: 'https://reprise.localhost', audience: 'reprise' }
let state: string

beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'reprise-keys-'))
})
afterEach(() => rm(state, { recursive: true }))

it('mints tokens that the services believe', async () => {
  const token = await mintToken(state, 'ann', { ...claims, roles: ['operator'], ttlSeconds: 60 })
  const authenticate = await createJwtAuthenticator({ jwks: localJwksPath(state), ...claims })
  expect(await authenticate(`Bearer ${token}`)).toEqual({ userId: 'ann', roles: ['operator'] })
})

it('makes one pair, however many ask at once', async () => {
  await Promise.all(Array.from({ length: 20 }, () => ensureLocalKeys(state)))
  const before = await readFile(localJwksPath(state), 'utf8')
  await ensureLocalKeys(state)
  expect(await readFile(localJwksPath(state), 'utf8')).toBe(before)
  expect(before).not.toContain('"d"')
})

it('keeps the private key to its owner', async () => {
  await ensureLocalKeys(state)
  expect((await stat(join(state, 'keys', 'private.jwk'))).mode & 0o777).toBe(0o600)
})
