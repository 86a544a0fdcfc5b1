import type { Command } from 'commander'
import { addProjectionsStatus } from './projections/status.command.ts'

/** `reprise projections`: everything about views. A new verb is a file and a word here. */
export function addProjections(program: Command): void {
  const projections = program
    .command('projections')
    .description('views: how they are made from events, and how they are')
  for (const add of verbs) add(projections)
}

const verbs: readonly ((projections: Command) => void)[] = [addProjectionsStatus]
