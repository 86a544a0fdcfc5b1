import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'

/** What a local token says beside its user. */
export type MintOptions = {
  readonly roles?: readonly string[] | undefined
  readonly ttlSeconds?: number | undefined
  readonly issuer: string
  readonly audience: string
}

/** Where a state directory keeps its public keys: what REPRISE_JWKS names by default. */
export const localJwksPath = (stateDir: string): string => join(stateDir, 'keys', 'jwks.json')

/**
 * Makes the local key pair if there is none: `keys/private.jwk` (for its owner alone) and `keys/jwks.json`. Two
 * processes that do so at once end with the same pair.
 */
export const ensureLocalKeys = async (stateDir: string): Promise<void> => {
  await privateKeyOf(stateDir)
}

/** Signs a token for a user with the local key pair, which is made if need be. */
export const mintToken = async (stateDir: string, userId: string, options: MintOptions): Promise<string> => {
  const jwk = await privateKeyOf(stateDir)
  const { roles = [], ttlSeconds = 3600, issuer, audience } = options
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT(roles.length > 0 ? { roles } : {})
    .setProtectedHeader({ alg: algorithm, kid: jwk.kid ?? '', typ: 'JWT' })
    .setSubject(userId)
    .setIssuer(issuer)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + ttlSeconds)
    .sign(await importJWK(jwk, algorithm))
}

const algorithm = 'EdDSA'

const privateKeyOf = async (stateDir: string): Promise<JWK> => {
  const path = join(stateDir, 'keys', 'private.jwk')
  const existing = await readIfThere(path)
  if (existing === undefined) {
    await mkdir(join(stateDir, 'keys'), { recursive: true, mode: 0o700 })
    await createOnce(path, JSON.stringify(await newKey()))
  }
  const jwk = JSON.parse(existing ?? (await readFile(path, 'utf8'))) as JWK
  await publish(localJwksPath(stateDir), jwk)
  return jwk
}

const newKey = async (): Promise<JWK> => {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, alg: algorithm, use: 'sig', kid: await calculateJwkThumbprint(jwk) }
}

/** The public half follows from the private one, so whoever writes it writes the same. */
const publish = async (path: string, jwk: JWK): Promise<void> => {
  const publicJwk = { ...jwk }
  delete publicJwk.d
  const wanted = `${JSON.stringify({ keys: [publicJwk] }, null, 2)}\n`
  if ((await readIfThere(path)) === wanted) return
  const draft = draftOf(path)
  await writeFile(draft, wanted, { mode: 0o644 })
  await rename(draft, path)
}

/** Writes a whole file or none: a link fails where another process was first, and then its file stands. */
const createOnce = async (path: string, content: string): Promise<void> => {
  const draft = draftOf(path)
  await writeFile(draft, content, { mode: 0o600 })
  try {
    await link(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await rm(draft, { force: true })
  }
}

const draftOf = (path: string) => `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
