import { readFile, stat } from 'node:fs/promises'
import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'

/** The public keys can't be read. */
export class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable'
}

/** Public keys that follow their source. */
export type Keys = {
  readonly find: JWTVerifyGetKey
  /** Looks whether the source has changed; cheap, at most once a second. */
  readonly refresh: () => Promise<void>
  readonly onChanged: (listener: () => void) => void
}

/** The keys of a JWKS file or address. @throws {KeysUnavailable} when a file can't be read. */
export const createKeys = (source: string): Promise<Keys> =>
  /^https?:\/\//.test(source) ? Promise.resolve(remoteKeys(source)) : localKeys(source)

const remoteKeys = (source: string): Keys => {
  const find = createRemoteJWKSet(new URL(source), { timeoutDuration: 3_000, cooldownDuration: 5_000 })
  return {
    find: async (header, token) => {
      try {
        return await find(header, token)
      } catch (cause) {
        // jose's own errors speak of the token; anything else means that the address can't be reached.
        if (cause instanceof errors.JOSEError && cause.code !== 'ERR_JOSE_GENERIC') throw cause
        throw new KeysUnavailable(`no keys from ${source}`, { cause })
      }
    },
    refresh: () => Promise.resolve(),
    onChanged: () => undefined,
  }
}

const lookEveryMs = 1_000

const localKeys = async (path: string): Promise<Keys> => {
  let { find, seen } = await readKeys(path)
  let lookedAt = Date.now()
  let changed = () => {}
  const look = async () => {
    const now = await fingerprintOf(path).catch(() => seen)
    if (now === seen) return
    // A file that is being replaced may be unreadable for a moment; the keys read before stay until then.
    const next = await readKeys(path).catch(() => undefined)
    if (next === undefined) return
    ;({ find, seen } = next)
    changed()
  }
  return {
    find: (header, token) => find(header, token),
    refresh: async () => {
      if (Date.now() - lookedAt < lookEveryMs) return
      lookedAt = Date.now()
      await look()
    },
    onChanged: (listener) => {
      changed = listener
    },
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
