import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Environment, JavaNeed } from '../part.ts'
import { javaVariableOf } from './find-java.ts'
import { runTool } from './run-tool.ts'

/** What a start is going to need beyond what is in the cache. */
export type Needs = {
  readonly artefacts: boolean
  readonly javas: readonly JavaNeed[]
  /** What the parts themselves found missing. */
  readonly others?: readonly string[]
}

/** Names everything that must be installed by hand, each with the command that does it. */
export class MissingPrerequisites extends Error {
  readonly missing: readonly string[]
  constructor(missing: readonly string[]) {
    super(`something must be installed first:\n${missing.map((line) => `  - ${line}`).join('\n')}`)
    this.missing = missing
  }
}

/** Throws once, with all that is missing, before anything is fetched or started. */
export async function checkPrerequisites(needs: Needs, env: Environment): Promise<void> {
  const missing = await missingPrerequisites(needs, env)
  if (missing.length > 0) throw new MissingPrerequisites(missing)
}

/** A line for each missing program. */
export async function missingPrerequisites(
  { artefacts, javas, others = [] }: Needs,
  env: Environment,
): Promise<string[]> {
  const missing = [...others]
  if (artefacts && !isOnPath('mvn', env))
    missing.push(`Maven, which fetches the engines: ${install('maven', 'maven', env)}`)
  if (artefacts && !isOnPath('tar', env))
    missing.push(`tar, which unpacks the registry: ${install('tar', 'gnu-tar', env)}`)
  const wrong = javas.filter((need) => (env[javaVariableOf(need)] ?? '') !== '')
  for (const need of wrong)
    missing.push(`${javaVariableOf(need)}=${env[javaVariableOf(need)]} is not the home of a Java`)
  if (javas.length > 0 && !(await hasPip(env))) missing.push(javaLine(javas, env))
  return missing
}

function javaLine(javas: readonly JavaNeed[], env: Environment): string {
  const names = javas.map((need) => (need === '17' ? 'Java 17' : 'Java 21 or newer')).join(' and ')
  const packages = javas.map((need) =>
    need === '17' ? 'openjdk-17-jre-headless' : 'openjdk-21-jre-headless',
  )
  const formulas = javas.map((need) => (need === '17' ? 'openjdk@17' : 'openjdk@25'))
  const byHand = install(packages.join(' '), formulas.join(' '), env)
  return `${names}, or pip for Python 3 to fetch it with: ${install('python3-pip', 'python', env)} (or ${byHand})`
}

function install(debian: string, homebrew: string, env: Environment): string {
  return process.platform === 'darwin' && !isOnPath('apt-get', env)
    ? `brew install ${homebrew}`
    : `sudo apt-get install -y ${debian}`
}

function isOnPath(program: string, env: Environment): boolean {
  return (env.PATH ?? '').split(delimiter).some((dir) => {
    try {
      accessSync(join(dir, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

async function hasPip(env: Environment): Promise<boolean> {
  if (!isOnPath('python3', env)) return false
  const run = runTool({ file: 'python3', args: ['-m', 'pip', '--version'], env: { ...env } })
  return run.then(
    () => true,
    () => false,
  )
}
