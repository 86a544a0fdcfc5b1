import { readFile } from 'node:fs/promises'

/** How many tests ended how. A suite that failed before its first test counts as one failure. */
export type Outcome = { readonly passed: number; readonly failed: number; readonly skipped: number }

type JestJson = {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[]
}

/** Reads jest's JSON; a run that left none has failed. */
export async function readOutcome(path: string): Promise<Outcome> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  return text === undefined ? { passed: 0, failed: 1, skipped: 0 } : outcomeOf(JSON.parse(text) as JestJson)
}

/** Counts what jest reports. */
export function outcomeOf(json: JestJson): Outcome {
  const empty = json.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  return {
    passed: json.numPassedTests,
    failed: json.numFailedTests + empty.length,
    skipped: json.numPendingTests + json.numTodoTests,
  }
}

/** Two runs as one. */
export function sumOf(a: Outcome, b: Outcome): Outcome {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

/** The line that a run ends with. */
export function summaryOf({ passed, failed, skipped }: Outcome): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
