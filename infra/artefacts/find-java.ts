import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { Environment, JavaNeed } from '../part.ts'

/** Finds a `java` that meets the need; a variable of ours wins, then the newest one that the engines were tried with. */
export function findJava(need: JavaNeed, env: Environment, cacheDir: string): string | undefined {
  const named = env[javaVariableOf(need)]
  if (named !== undefined && named !== '') return javaOf(named)
  const homes = [...homesOf(env), ...childrenOf(cacheDir, 'java-*')]
  const found = homes.flatMap((home) => ({ home, version: versionOf(home) ?? 0 }))
  const fitting = found.filter(({ version }) => meets(need, version)).sort(preferred)
  return fitting.map(({ home }) => javaOf(home)).find((java) => java !== undefined)
}

/** The variable that names the home of the Java to use. */
export function javaVariableOf(need: JavaNeed): string {
  return need === '17' ? 'REPRISE_JAVA_17' : 'REPRISE_JAVA_21'
}

function meets(need: JavaNeed, version: number): boolean {
  return need === '17' ? version === 17 : version >= 21
}

/** Versions after 25 come last: nothing was tried with them. */
function preferred(a: { readonly version: number }, b: { readonly version: number }): number {
  const rank = (version: number): number => (version > 25 ? -version : version)
  return rank(b.version) - rank(a.version)
}

/** Linux packages, SDKMAN, macOS installers and Homebrew; and the one on the PATH. */
function homesOf(env: Environment): string[] {
  const macHomes = [...childrenOf('/Library/Java/JavaVirtualMachines'), ...homebrewHomes()]
  return [
    ...(env.JAVA_HOME === undefined ? [] : [env.JAVA_HOME]),
    ...childrenOf('/usr/lib/jvm'),
    ...childrenOf(join(env.SDKMAN_DIR ?? join(env.HOME ?? '', '.sdkman'), 'candidates', 'java')),
    ...macHomes.flatMap((path) => [join(path, 'Contents', 'Home'), path]),
    ...(env.PATH ?? '').split(delimiter).map((path) => dirname(path)),
  ]
}

function homebrewHomes(): string[] {
  const opts = ['/opt/homebrew/opt', '/usr/local/opt'].flatMap((path) => childrenOf(path, 'openjdk*'))
  return opts.map((path) => join(path, 'libexec', 'openjdk.jdk'))
}

function childrenOf(dir: string, pattern = '*'): string[] {
  const prefix = pattern.slice(0, -1)
  if (!existsSync(dir)) return []
  return readdirSync(dir)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(dir, name))
}

/** Every Java brings a `release` file, so its version is known without starting it. */
function versionOf(home: string): number | undefined {
  try {
    const release = readFileSync(join(home, 'release'), 'utf8')
    return Number(/^JAVA_VERSION="(\d+)/m.exec(release)?.[1])
  } catch {
    return undefined
  }
}

function javaOf(home: string): string | undefined {
  const java = join(home, 'bin', 'java')
  return existsSync(java) ? java : undefined
}
