import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import type { Authenticator } from '@reprise/core/caller.ts'
import { createJwtAuthenticator } from './jwt-authenticator.ts'

const issuer = 'https://issuer.example'
const audience = 'reprise'
const soon = () => Math.floor(Date.now() / 1000) + 60
/** Only the date is faked: waiting stays real. */
const realTimers = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
] as const
const claims = { sub: 'ann', iss: issuer, aud: audience }

let folder: string
let jwks: string
let authenticate: Authenticator
let keys: Awaited<ReturnType<typeof generateKeyPair>>
let publicJwk: JWK

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-jwt-'))
  jwks = join(folder, 'jwks.json')
  keys = await generateKeyPair('EdDSA', { extractable: true })
  publicJwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'EdDSA' }
  await writeFile(jwks, JSON.stringify({ keys: [publicJwk] }))
  authenticate = await createJwtAuthenticator({ jwks, issuer, audience })
})
afterAll(() => rm(folder, { recursive: true }))

const signed = (payload: JWTPayload, header = { alg: 'EdDSA', kid: 'one' }) =>
  new SignJWT(payload).setProtectedHeader(header).sign(keys.privateKey)
const bearer = async (payload: JWTPayload) => `Bearer ${await signed(payload)}`

describe('tokens that hold', () => {
  it('name the caller with roles and scopes', async () => {
    const token = await bearer({ ...claims, exp: soon(), roles: ['analyst'], scope: 'operator analyst' })
    expect(await authenticate(token)).toEqual({ userId: 'ann', roles: ['analyst', 'operator'] })
    expect(await authenticate(token)).toEqual({ userId: 'ann', roles: ['analyst', 'operator'] })
  })

  it('are not needed', async () => {
    expect(await authenticate(undefined)).toBeUndefined()
  })

  it('hold only until they expire, however often they were verified', async () => {
    jest.useFakeTimers({ now: Date.now(), doNotFake: [...realTimers] })
    try {
      const token = await bearer({ ...claims, exp: soon() })
      await expect(authenticate(token)).resolves.toBeDefined()
      jest.setSystemTime(Date.now() + 61_000)
      await expect(authenticate(token)).rejects.toMatchObject({ code: 'unauthenticated' })
    } finally {
      jest.useRealTimers()
    }
  })
})

describe('tokens that do not hold', () => {
  it.each<[string, JWTPayload, RegExp]>([
    ['expired', { ...claims, exp: soon() - 61 }, /expired/],
    ['without expiry', claims, /exp/],
    ['not valid yet', { ...claims, exp: soon(), nbf: soon() - 20 }, /nbf/],
    ['of another issuer', { ...claims, exp: soon(), iss: 'https://other.example' }, /iss/],
    ['for another audience', { ...claims, exp: soon(), aud: 'other' }, /aud/],
    ['without a subject', { iss: issuer, aud: audience, exp: soon() }, /sub/],
    ['with an empty subject', { ...claims, sub: '', exp: soon() }, /subject/],
    ['with a long subject', { ...claims, sub: 'x'.repeat(129), exp: soon() }, /subject/],
    ['with a control character as subject', { ...claims, sub: 'a\nb', exp: soon() }, /subject/],
  ])('%s', async (_name, payload, detail) => {
    const error = authenticate(await bearer(payload))
    await expect(error).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringMatching(detail),
    })
  })

  it('alg none', async () => {
    const token = new UnsecuredJWT({ ...claims, exp: soon() }).encode()
    await expect(authenticate(`Bearer ${token}`)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('HS256 with the public key as the secret', async () => {
    for (const secret of [await exportSPKI(keys.publicKey), publicJwk.x ?? '', JSON.stringify(publicJwk)]) {
      const token = await new SignJWT({ ...claims, exp: soon() })
        .setProtectedHeader({ alg: 'HS256', kid: 'one' })
        .sign(Buffer.from(secret.padEnd(32, '=')))
      await expect(authenticate(`Bearer ${token}`)).rejects.toMatchObject({ code: 'unauthenticated' })
    }
  })

  it('a changed payload', async () => {
    const [header, , signature] = (await signed({ ...claims, exp: soon() })).split('.')
    const payload = Buffer.from(JSON.stringify({ ...claims, sub: 'eve', exp: soon() })).toString('base64url')
    await expect(authenticate(`Bearer ${header}.${payload}.${signature}`)).rejects.toThrow(/signature/)
  })

  it.each(['Basic YTpi', 'Bearer', 'Bearer x', 'Bearer a.b', 'token a.b.c', 'Bearer a.b.c', ''])(
    '%s',
    async (text) => {
      await expect(authenticate(text)).rejects.toMatchObject({ code: 'unauthenticated' })
    },
  )
})

describe('keys', () => {
  it('are read again when their file changes; tokens of a withdrawn key hold no longer', async () => {
    const path = join(folder, 'rotating.json')
    await writeFile(path, JSON.stringify({ keys: [publicJwk] }))
    const follow = await createJwtAuthenticator({ jwks: path, issuer, audience })
    const token = await bearer({ ...claims, exp: soon() })
    await expect(follow(token)).resolves.toBeDefined()
    const other = await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey)
    await writeFile(path, JSON.stringify({ keys: [{ ...other, kid: 'two', alg: 'ES256' }] }))
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    await expect(follow(token)).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('that are missing are named with a remedy', async () => {
    const missing = createJwtAuthenticator({ jwks: join(folder, 'none.json'), issuer, audience })
    await expect(missing).rejects.toThrow(/none\.json.*reprise token/s)
  })

  it('two of a kind need a name in the token', async () => {
    const path = join(folder, 'two.json')
    const other = await exportJWK((await generateKeyPair('EdDSA', { extractable: true })).publicKey)
    await writeFile(path, JSON.stringify({ keys: [publicJwk, { ...other, kid: 'two', alg: 'EdDSA' }] }))
    const choose = await createJwtAuthenticator({ jwks: path, issuer, audience })
    const nameless = new SignJWT({ ...claims, exp: soon() }).setProtectedHeader({ alg: 'EdDSA' })
    await expect(choose(`Bearer ${await nameless.sign(keys.privateKey)}`)).rejects.toThrow(/"kid"/)
    await expect(choose(await bearer({ ...claims, exp: soon() }))).resolves.toBeDefined()
  })

  it('at an address are asked for again: a withdrawn one holds no longer, and while nobody answers the last ones do', async () => {
    jest.useFakeTimers({ now: Date.now(), doNotFake: [...realTimers] })
    const later = (seconds: number) => jest.setSystemTime(Date.now() + seconds * 1000)
    let answer: { status: number; body: string } = {
      status: 200,
      body: JSON.stringify({ keys: [publicJwk] }),
    }
    const server = createServer((_, response) => response.writeHead(answer.status).end(answer.body))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    try {
      const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
      const follow = await createJwtAuthenticator({ jwks: address, issuer, audience })
      const token = await bearer({ ...claims, exp: soon() + 7_200 })
      await expect(follow(token)).resolves.toMatchObject({ userId: 'ann' })
      for (const gone of [
        { status: 500, body: '' },
        { status: 200, body: '<html>' },
        { status: 200, body: '{}' },
      ]) {
        answer = gone
        later(1_200)
        await expect(follow(token)).resolves.toMatchObject({ userId: 'ann' })
      }
      answer = { status: 200, body: JSON.stringify({ keys: [] }) }
      later(61)
      await expect(follow(token)).rejects.toMatchObject({ code: 'unauthenticated' })
    } finally {
      server.close()
      jest.useRealTimers()
    }
  })

  it('that are none at an address make the service unready, not the token wrong', async () => {
    const server = createServer((_, response) => response.end('{}'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
    const odd = await createJwtAuthenticator({ jwks: address, issuer, audience })
    const asked = odd(await bearer({ ...claims, exp: soon() }))
    await expect(asked)
      .rejects.toMatchObject({ code: 'not-ready' })
      .finally(() => server.close())
  })

  it('at an address that does not answer make the service unready, not the token wrong', async () => {
    const away = await createJwtAuthenticator({ jwks: 'http://127.0.0.1:9/jwks', issuer, audience })
    await expect(away(await bearer({ ...claims, exp: soon() }))).rejects.toMatchObject({ code: 'not-ready' })
  })
})
