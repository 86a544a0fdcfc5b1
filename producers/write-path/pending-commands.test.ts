import { expect, test } from '@jest/globals'
import { Problem } from '@reprise/core/problem.ts'
import type { Command } from './command.ts'
import { createPendingCommands } from './pending-commands.ts'

test('nobody says that nothing was done of a command whose record may yet be accepted', async () => {
  const pending = createPendingCommands(10_000)
  const failed = async (commandId: string, wasSent: boolean, reason: Error) => {
    const entry = pending.add({ commandId } as Command)
    entry.wasSent = wasSent
    pending.fail(entry, reason)
    return entry.outcome.catch((error: unknown) => (error as Problem).code)
  }
  const notReady = new Problem('not-ready', 'the store of states does not answer; nothing was done')
  expect(await failed('a', false, notReady)).toBe('not-ready')
  expect(await failed('b', true, notReady)).toBe('outcome-unknown')
  expect(await failed('c', true, new Problem('overloaded', 'nothing was done'))).toBe('outcome-unknown')
  expect(await failed('d', true, new Problem('internal', 'a mistake of ours'))).toBe('internal')
  pending.close()
})
