import type { Command } from 'commander'
import { addNewProjection } from './projections/new.command.ts'
import { addProjectionsStatus } from './projections/status.command.ts'
import { addTryProjection } from './projections/try.command.ts'

/** `reprise projections`: everything about views. A new verb is a file and a word here. */
export function addProjections(program: Command): void {
  const projections = program
    .command('projections')
    .description('views: how they are made from events, and how they are')
  for (const add of verbs) add(projections)
}

const verbs: readonly ((projections: Command) => void)[] = [
  addProjectionsStatus,
  addNewProjection,
  addTryProjection,
]
