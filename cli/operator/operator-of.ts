import { join } from 'node:path'
import { createJwtAuthenticator } from '@reprise/adapters/auth/jwt-authenticator.ts'
import type { Configuration } from '@reprise/core/configuration.ts'
import { stateDirOf } from '@reprise/infra/state-dir.ts'
import { mintedHere } from './minted-here.ts'

/**
 * The user id of whoever holds a token with the role `operator`; without a token one is minted with the keys of this machine.
 * @throws in words, for anyone else.
 */
export const operatorOf = async (
  token: string | undefined,
  { issuer, audience, jwks }: Configuration,
): Promise<string> => {
  const local = join(stateDirOf(), 'keys', 'jwks.json')
  const authenticate = await createJwtAuthenticator({
    issuer,
    audience,
    jwks: process.env.REPRISE_JWKS ? jwks : local,
  })
  const caller = await authenticate(`Bearer ${token ?? (await mintedHere())}`)
  if (caller?.roles.includes('operator') !== true)
    throw new Error(
      `this needs the role operator, which the token of ${caller?.userId ?? 'nobody'} does not have`,
    )
  return caller.userId
}
