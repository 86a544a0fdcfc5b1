import { resolve } from 'node:path'
import { configurationOf } from '@reprise/core/configuration.ts'
import { stateDirOf } from '@reprise/infra/state-dir.ts'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { localJwksPath, mintToken } from '../local-keys.ts'

type Options = { readonly roles?: readonly string[]; readonly ttl: number; readonly json?: boolean }

/** `reprise token <user>`: a token for local use. */
export function addToken(program: Command): void {
  program
    .command('token')
    .description('mint a bearer token with the key pair of this machine')
    .argument('<user>', 'the opaque id of the user that the token speaks for')
    .addOption(new Option('--roles <roles>', 'further rights, separated by commas').argParser(rolesIn))
    .addOption(
      new Option('--ttl <duration>', 'how long it holds: 90s, 15m, 12h, 7d')
        .default(3600, '1h')
        .argParser(secondsIn),
    )
    .option('--json', 'print the token and what it says as JSON')
    .action(run)
}

async function run(userId: string, { roles = [], ttl, json = false }: Options): Promise<void> {
  if (!/^\P{C}{1,128}$/u.test(userId)) throw new Error('a user id has 1 to 128 characters')
  const stateDir = stateDirOf()
  const { issuer, audience, jwks } = configurationOf(process.env)
  refuseForeignKeys(process.env.REPRISE_JWKS && jwks, localJwksPath(stateDir))
  const token = await mintToken(stateDir, userId, { roles, ttlSeconds: ttl, issuer, audience })
  const expiresAt = new Date(Date.now() + ttl * 1000).toISOString()
  console.log(json ? JSON.stringify({ token, userId, roles, expiresAt }) : token)
}

/** A token that the running services would refuse helps nobody. */
function refuseForeignKeys(given: string | undefined, local: string): void {
  if (!given || (!/^https?:/.test(given) && resolve(given) === local)) return
  throw new Error(
    `REPRISE_JWKS names other keys (${given}) than this machine's (${local}): get a token from whoever holds them, or unset REPRISE_JWKS`,
  )
}

function rolesIn(text: string): readonly string[] {
  const roles = text.split(',').filter((role) => role !== '')
  const odd = roles.find((role) => !/^[a-z][a-z-]{0,39}$/.test(role))
  if (odd !== undefined) throw new InvalidArgumentError(`"${odd}" is not a role; try analyst or operator.`)
  return roles
}

const secondsPerUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

function secondsIn(text: string): number {
  const [, amount = '', unit = 's'] = /^(\d{1,9})([smhd]?)$/.exec(text) ?? []
  const seconds = Number(amount) * (secondsPerUnit[unit || 's'] ?? 1)
  if (amount === '' || seconds < 1 || seconds > 366 * 86_400)
    throw new InvalidArgumentError('Send a duration like 90s, 15m, 12h or 7d, up to 366d.')
  return seconds
}
