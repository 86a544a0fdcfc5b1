import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment, Part, PartContext } from '../part.ts'
import type { Ports } from './ports.ts'

type Surroundings = {
  readonly stateDir: string
  readonly env: Environment
  readonly addresses: Readonly<Record<string, string>>
  readonly artefactDir: string
  readonly java: string
}

/** What a part is told; its folder exists from now on. */
export function contextOf(part: Part, ports: Ports, surroundings: Surroundings): PartContext {
  const { stateDir, env, addresses, artefactDir, java } = surroundings
  const dir = join(stateDir, 'data', part.name)
  mkdirSync(dir, { recursive: true })
  return { stateDir, dir, ports, addresses, artefactDir, java, env }
}
