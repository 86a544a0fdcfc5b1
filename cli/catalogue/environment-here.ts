import { engines, services } from '@reprise/infra/parts.ts'
import { stateDirOf } from '@reprise/infra/state-dir.ts'
import { readRuns } from '@reprise/infra/supervise/run-file.ts'

/** The addresses of what runs on this machine as REPRISE_* variables; what the environment names comes first. */
export const environmentHere = (): Readonly<Record<string, string | undefined>> => {
  const runs = readRuns(stateDirOf())
  const here = [...engines, ...services].map(({ name, addressVariable }) => [
    addressVariable,
    process.env[addressVariable] || runs[name]?.address,
  ])
  return { ...process.env, ...(Object.fromEntries(here) as Record<string, string | undefined>) }
}
