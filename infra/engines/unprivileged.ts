import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/** How a program that refuses to run as root is run; `owner` is whose its files must be, undefined when they are ours. */
export type Unprivileged = {
  readonly owner?: Account
  readonly command: (file: string, args: readonly string[]) => { file: string; args: readonly string[] }
}

type Account = { readonly name: string; readonly uid: number; readonly gid: number }

/**
 * As ourselves, unless we are root; then as `postgres` or `nobody`, by a program that becomes the one that it runs,
 * so that the process number stays. `paths` must be within its reach: where one lies below a private folder (a clone
 * in root's home), it may pass by files' modes, as root may.
 */
export function unprivileged(paths: readonly string[]): Unprivileged {
  if (process.getuid?.() !== 0) return { command: (file, args) => ({ file, args }) }
  const owner = unprivilegedAccount()
  const identity = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups']
  const flags = [...identity, ...(paths.every(isInReach) ? [] : passingByModes)]
  return { owner, command: (file, args) => ({ file: 'setpriv', args: [...flags, '--', file, ...args] }) }
}

/** A line with the remedy when we are root and can't become anyone else. */
export function missingUnprivileged(path = process.env.PATH ?? ''): string[] {
  if (process.getuid?.() !== 0 || path.split(delimiter).some(hasSetpriv)) return []
  return [
    'setpriv, because PostgreSQL refuses to run as root: sudo apt-get install -y util-linux, or be another user',
  ]
}

function hasSetpriv(dir: string): boolean {
  try {
    accessSync(join(dir, 'setpriv'), constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** `no_setuid_fixup` makes access(2) respect the capability too, which PostgreSQL asks before it runs. */
const passingByModes = [
  '--securebits=+no_setuid_fixup',
  '--inh-caps=+dac_override',
  '--ambient-caps=+dac_override',
]

/** The id of the user `nobody` differs from system to system, so it is looked up too. */
function unprivilegedAccount(): Account {
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n').map(accountOf)
  const found = ['postgres', 'nobody'].flatMap((name) => accounts.filter((account) => account.name === name))
  if (found[0] === undefined) throw new Error('there is no user postgres or nobody to run PostgreSQL as')
  return found[0]
}

function accountOf(line: string): Account {
  const [name = '', , uid, gid] = line.split(':')
  return { name, uid: Number(uid), gid: Number(gid) }
}

/** Whether everyone may enter the path. */
function isInReach(path: string): boolean {
  const everyoneMayEnter = (statSync(path).mode & 0o001) !== 0
  return everyoneMayEnter && (path === '/' || isInReach(dirname(path)))
}
