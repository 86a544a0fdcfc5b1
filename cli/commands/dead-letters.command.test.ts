import { expect, test } from '@jest/globals'
import { Command } from 'commander'
import { addDeadLetters } from './dead-letters.command.ts'

test.each(['abc', '', '-1', 'Infinity'])('--wait "%s" is refused, with what to send', async (wait) => {
  const written: string[] = []
  const program = new Command('reprise')
    .exitOverride()
    .configureOutput({ writeErr: (text) => void written.push(text) })
  addDeadLetters(program)
  const words = ['dead-letters', 'redrive', '--projection', 'view', `--wait=${wait}`]
  await expect(program.parseAsync(words, { from: 'user' })).rejects.toThrow('Send seconds from 0 to 3600')
  expect(written.join('')).toContain(`'--wait <seconds>' argument '${wait}' is invalid`)
})
