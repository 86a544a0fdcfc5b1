import { errors, type JWTPayload, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import type { Authenticator, Caller } from '@reprise/core/caller.ts'
import { Problem } from '@reprise/core/problem.ts'
import { createKeys, KeysUnavailable } from './keys.ts'

/** Whose tokens are believed. */
export type JwtAuthenticatorOptions = {
  /** A file or an http(s) address with the public keys as a JWKS. */
  readonly jwks: string
  readonly issuer: string
  readonly audience: string
}

/** Signatures only: `none` and shared secrets (HS*) can't be spoken at all. */
const algorithms = ['EdDSA', 'ES256', 'RS256', 'PS256']

/** A withdrawn key is noticed within this time, also for tokens that were verified with it before. */
const believedMs = 60_000

/**
 * Verifies bearer tokens (JWT): signature, issuer, audience, expiry (required), not-before, and a subject of 1 to 128
 * characters. Verified ones are remembered for a minute, since each costs as much as a whole small request.
 * @throws {KeysUnavailable} when the JWKS file can't be read.
 */
export const createJwtAuthenticator = async (options: JwtAuthenticatorOptions): Promise<Authenticator> => {
  const keys = await createKeys(options.jwks)
  const verified = new LRUCache<string, { readonly caller: Caller; readonly until: number }>({ max: 10_000 })
  keys.onChanged(() => verified.clear())
  const { issuer, audience } = options
  const verify = async (token: string): Promise<{ caller: Caller; until: number }> => {
    const required = ['exp', 'sub']
    const accepts = { algorithms, issuer, audience, requiredClaims: required }
    const { payload } = await jwtVerify(token, keys.find, accepts)
    const until = Math.min((payload.exp ?? 0) * 1000, Date.now() + believedMs)
    return { caller: callerIn(payload), until }
  }
  return async (authorization) => {
    if (authorization === undefined) return undefined
    await keys.refresh()
    const known = verified.get(authorization)
    if (known && known.until > Date.now()) return known.caller
    const fresh = await verify(bearerOf(authorization)).catch(refuse)
    verified.set(authorization, fresh)
    return fresh.caller
  }
}

const bearerOf = (authorization: string): string => {
  const token = /^bearer +([\w-]+\.[\w-]*\.[\w-]*)$/i.exec(authorization.trim())?.[1]
  if (token === undefined) throw unauthenticated('send Authorization: Bearer <token>, with a signed JWT')
  return token
}

const callerIn = ({ sub, roles, scope }: JWTPayload): Caller => {
  if (typeof sub !== 'string' || !/^\P{C}{1,128}$/u.test(sub))
    throw unauthenticated("the token's subject must be a user id of 1 to 128 characters")
  const named = Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : []
  const scoped = typeof scope === 'string' ? scope.split(' ').filter((part) => part !== '') : []
  return { userId: sub, roles: [...new Set([...named, ...scoped])] }
}

const unauthenticated = (detail: string) => new Problem('unauthenticated', detail)

const refuse = (error: unknown): never => {
  if (error instanceof Problem) throw error
  if (error instanceof KeysUnavailable)
    throw new Problem('not-ready', 'the keys that tokens are verified with cannot be had now', {
      cause: error,
    })
  throw unauthenticated(reasonOf(error))
}

const reasonOf = (error: unknown): string => {
  if (error instanceof errors.JWTExpired) return 'the token has expired; get a new one'
  if (error instanceof errors.JWTClaimValidationFailed)
    return `the token's claim "${error.claim}" does not hold`
  if (error instanceof errors.JOSEAlgNotAllowed)
    return `the token's algorithm is not one of ${algorithms.join(', ')}`
  if (error instanceof errors.JWKSNoMatchingKey)
    return 'the token is signed with a key that is not trusted here'
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return 'the token does not say with which key it is signed; its header needs a "kid"'
  if (error instanceof errors.JWSSignatureVerificationFailed) return "the token's signature does not hold"
  return 'the token is not a valid JWT'
}
