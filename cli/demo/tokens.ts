import { configurationOf } from '@reprise/core/configuration.ts'
import { mintToken } from '../local-keys.ts'

const ttlSeconds = 3_600
/** Used for half its life, so that none runs out on its way. */
const usedMs = (ttlSeconds / 2) * 1_000

/** Bearer tokens of users, minted with the local keys and kept for a while. */
export const createTokens = (stateDir: string) => {
  const { issuer, audience } = configurationOf(process.env)
  const tokens = new Map<string, { readonly token: Promise<string>; readonly mintedAt: number }>()
  return (userId: string): Promise<string> => {
    const known = tokens.get(userId)
    if (known && Date.now() - known.mintedAt < usedMs) return known.token
    const token = mintToken(stateDir, userId, { issuer, audience, ttlSeconds })
    tokens.set(userId, { token, mintedAt: Date.now() })
    return token
  }
}
