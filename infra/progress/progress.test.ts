import { expect, test } from '@jest/globals'
import { lineOf, tableOf } from './table.ts'
import type { PartReport } from './report.ts'
import { outcomeOf, summaryOf } from './test-outcome.ts'

const kafka: PartReport = {
  name: 'kafka',
  kind: 'engine',
  state: 'ready',
  address: '127.0.0.1:9092',
  port: 9092,
  pid: 1,
  memoryBytes: 367 * 1_048_576,
  seconds: 2.14,
  detail: '',
}

test('the table aligns its columns', () => {
  const waiting = {
    ...kafka,
    name: 'registry',
    state: 'waiting',
    memoryBytes: undefined,
    seconds: undefined,
    detail: 'for kafka',
  } as const
  expect(tableOf([kafka, waiting], { color: false })).toEqual([
    '  part      state    port  memory  seconds',
    '  kafka     ready    9092  367 MB      2.1',
    '  registry  waiting  9092                   for kafka',
  ])
})

test('a line says the same', () => {
  expect(lineOf(kafka)).toBe('kafka ready  port 9092, 367 MB, 2.1 s')
})

test('the password in an address that somebody named is not shown', () => {
  const address = 'postgres://reprise:a%20secret@db:5432/reprise'
  const named = { ...kafka, name: 'postgres', state: 'external', address } as const
  expect(lineOf(named)).toContain('postgres://reprise:***@db:5432/reprise')
  expect(tableOf([named], { color: false }).join()).not.toContain('secret')
})

test('a suite that failed before its first test is a failure', () => {
  const json = { numPassedTests: 5, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0 }
  const testResults = [
    { status: 'failed', assertionResults: [] },
    { status: 'passed', assertionResults: [1] },
  ]
  expect(summaryOf(outcomeOf({ ...json, testResults }))).toBe('5 passed, 2 failed')
  expect(summaryOf(outcomeOf({ ...json, numPendingTests: 3, testResults: [] }))).toBe(
    '5 passed, 1 failed, 3 skipped',
  )
})
