import { join } from 'node:path'
import { createJwtAuthenticator } from '@reprise/adapters/auth/jwt-authenticator.ts'
import { withRole } from '@reprise/core/caller.ts'
import type { Configuration } from '@reprise/core/configuration.ts'
import { stateDirOf } from '@reprise/infra/state-dir.ts'
import { mintedHere } from './minted-here.ts'

/**
 * The user id of whoever holds a token with the role `operator`; without a token one is minted with the keys of this machine.
 * @throws {Problem} `forbidden` for anyone else
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
  return withRole('operator', await authenticate(`Bearer ${token ?? (await mintedHere())}`)).userId
}
