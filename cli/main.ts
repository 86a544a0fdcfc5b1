import { Command } from 'commander'
import { addCatalogue } from './commands/catalogue.command.ts'
import { addDeadLetters } from './commands/dead-letters.command.ts'
import { addDemo } from './commands/demo.command.ts'
import { addDown } from './commands/down.command.ts'
import { addLogs } from './commands/logs.command.ts'
import { addProjections } from './commands/projections.command.ts'
import { addReset } from './commands/reset.command.ts'
import { addRestart } from './commands/restart.command.ts'
import { addStatus } from './commands/status.command.ts'
import { addToken } from './commands/token.command.ts'
import { addUp } from './commands/up.command.ts'

/** Every command, in the order in which `reprise --help` lists them. A new one is a file and a word here. */
const commands: readonly ((program: Command) => void)[] = [
  addUp,
  addDown,
  addRestart,
  addStatus,
  addLogs,
  addReset,
  addToken,
  addCatalogue,
  addProjections,
  addDeadLetters,
  addDemo,
]

const program = new Command('reprise')
  .description('An event-sourced platform for music listening, on this machine')
  .showHelpAfterError()

for (const add of commands) add(program)

// Whoever reads has had enough, as `head` has: no fault, and ended as SIGPIPE would.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(141)
})

try {
  await program.parseAsync()
} catch (error) {
  // What goes wrong here is for people to read; REPRISE_DEBUG shows where it came from.
  console.error(process.env.REPRISE_DEBUG === undefined && error instanceof Error ? error.message : error)
  process.exitCode = 1
}
