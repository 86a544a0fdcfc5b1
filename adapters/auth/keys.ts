import { readFile, stat } from 'node:fs/promises'
import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'

/** The public keys can't be read. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable'
}

/** Public keys that follow their source. */
export type Keys = {
  readonly find: JWTVerifyGetKey
  /** Looks whether the source has changed: a file at most once a second, an address every 30 seconds. */
  readonly refresh: () => Promise<void>
  readonly onChanged: (listener: () => void) => void
}

/** The keys of a JWKS file or address. @throws {KeysUnavailable} when a file can't be read. */
export const createKeys = (source: string): Promise<Keys> =>
  /^https?:\/\//.test(source) ? Promise.resolve(remoteKeys(source)) : localKeys(source)

/** Looks when it is asked to, but not so soon again; `look` says whether it found a change. */
const followed = (look: () => Promise<boolean>, everyMs: number): Pick<Keys, 'refresh' | 'onChanged'> => {
  let lookedAt = Date.now()
  let changed = () => {}
  return {
    refresh: async () => {
      if (Date.now() - lookedAt < everyMs) return
      lookedAt = Date.now()
      if (await look()) changed()
    },
    onChanged: (listener) => {
      changed = listener
    },
  }
}

const fetchEveryMs = 30_000

const remoteKeys = (source: string): Keys => {
  // They don't age by themselves: where the address doesn't answer, those that were read last stay.
  const remote = createRemoteJWKSet(new URL(source), {
    timeoutDuration: 3_000,
    cooldownDuration: 5_000,
    cacheMaxAge: Infinity,
  })
  const look = async () => {
    const before = JSON.stringify(remote.jwks())
    await remote.reload().catch(() => undefined)
    return JSON.stringify(remote.jwks()) !== before
  }
  return {
    find: async (header, token) => {
      try {
        return await remote(header, token)
      } catch (cause) {
        if (speaksOfToken(cause)) throw cause
        throw new KeysUnavailable(`no keys from ${source}`, { cause })
      }
    },
    ...followed(look, fetchEveryMs),
  }
}

/** jose's own errors do, but for those of the answer; anything else means that the address can't be reached. */
const speaksOfToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  error.code !== 'ERR_JOSE_GENERIC' &&
  !(error instanceof errors.JWKSInvalid) &&
  !(error instanceof errors.JWKSTimeout)

const lookEveryMs = 1_000

const localKeys = async (path: string): Promise<Keys> => {
  let { find, seen } = await readKeys(path)
  const look = async () => {
    const now = await fingerprintOf(path).catch(() => seen)
    if (now === seen) return false
    // A file that is being replaced may be unreadable for a moment; the keys read before stay until then.
    const next = await readKeys(path).catch(() => undefined)
    if (next === undefined) return false
    ;({ find, seen } = next)
    return true
  }
  return {
    find: (header, token) => find(header, token),
    ...followed(look, lookEveryMs),
  }
}

const readKeys = async (path: string): Promise<{ find: JWTVerifyGetKey; seen: string }> => {
  try {
    const seen = await fingerprintOf(path)
    return { find: createLocalJWKSet(JSON.parse(await readFile(path, 'utf8')) as JSONWebKeySet), seen }
  } catch (cause) {
    throw new KeysUnavailable(
      `no public keys in ${path} (REPRISE_JWKS): \`reprise token <user>\` and \`reprise up\` make a local pair; ` +
        'otherwise name a JWKS file or address',
      { cause },
    )
  }
}

const fingerprintOf = async (path: string): Promise<string> => {
  const { mtimeMs, size, ino } = await stat(path)
  return [mtimeMs, size, ino].join(':')
}
