import { PassThrough } from 'node:stream'
import type { WriteStream } from 'node:tty'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { createScreen } from './screen.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

const terminal = () => {
  const written: string[] = []
  const stream = new PassThrough().on('data', (chunk: Buffer) => written.push(chunk.toString()))
  const screen = createScreen(Object.assign(stream, { isTTY: true, columns: 80 }) as unknown as WriteStream)
  return { screen, shown: () => written.join('') }
}
const cursorShown = '\u001b[?25h'

test('a bar that nobody ended, since something failed, ends with the screen: nothing keeps the process alive', () => {
  const { screen, shown } = terminal()
  screen.progress('edits', 100).advance(5)
  expect(jest.getTimerCount()).toBe(1)
  screen.close()
  expect(jest.getTimerCount()).toBe(0)
  expect(shown().lastIndexOf(cursorShown)).toBeGreaterThan(0)
  screen.line('after')
  expect(shown().endsWith('after\n')).toBe(true)
})

test('a line that was written just before a bar ends is not lost', () => {
  const { screen, shown } = terminal()
  const bar = screen.progress('edits', 100)
  screen.line('kafka died')
  bar.end()
  expect(shown()).toContain('kafka died\n')
  expect(shown()).toContain('edits')
})

test('a bar that was stopped holds no lines back, and is not shown again', () => {
  const { screen, shown } = terminal()
  const bar = screen.progress('edits', 100)
  screen.close()
  const length = shown().length
  screen.line('stopping')
  bar.advance(1)
  bar.end()
  expect(shown().slice(length)).toBe('stopping\n')
  expect(jest.getTimerCount()).toBe(0)
})
