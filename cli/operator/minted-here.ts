import { configurationOf } from '@reprise/core/configuration.ts'
import { stateDirOf } from '@reprise/infra/state-dir.ts'
import { mintToken } from '../local-keys.ts'

/** A token of an operator, good for five minutes, minted with the keys of this machine. @throws when it has none */
export const mintedHere = (): Promise<string> => {
  const { issuer, audience } = configurationOf(process.env)
  return mintToken(stateDirOf(), 'operator', { roles: ['operator'], ttlSeconds: 300, issuer, audience })
}
