import type { PartReport, PartState } from './report.ts'

const columns = ['part', 'state', 'port', 'memory', 'seconds', ''] as const

/** The parts as lines of aligned columns under a heading. */
export function tableOf(reports: readonly PartReport[], { color }: { readonly color: boolean }): string[] {
  const rows = reports.map(cellsOf)
  const widths = columns.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const align = (row: readonly string[]): string[] =>
    row.map((cell, i) => (isNumeric(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
  const lines = rows.map((row, i) => {
    const cells = align(row)
    const state = reports[i]?.state ?? 'waiting'
    return cells
      .with(1, color ? colored(state, cells[1] ?? '') : (cells[1] ?? ''))
      .join('  ')
      .trimEnd()
  })
  return [align(columns).join('  ').trimEnd(), ...lines].map((line) => `  ${line}`)
}

/** One part in one line, for logs and pipes. */
export function lineOf(report: PartReport): string {
  const [name = '', state = '', port = '', memory = '', seconds = '', detail = ''] = cellsOf(report)
  const facts = [port && `port ${port}`, memory, seconds && `${seconds} s`, detail].filter(
    (fact) => fact !== '',
  )
  return `${name} ${state}${facts.length > 0 ? `  ${facts.join(', ')}` : ''}`
}

function isNumeric(column: number): boolean {
  return column >= 2 && column <= 4
}

function cellsOf({ name, state, port, memoryBytes, seconds, detail, address }: PartReport): string[] {
  return [
    name,
    state,
    port === undefined ? '' : String(port),
    memoryBytes === undefined ? '' : `${Math.round(memoryBytes / 1_048_576)} MB`,
    seconds === undefined ? '' : seconds.toFixed(Number.isInteger(seconds) ? 0 : 1),
    state === 'external' ? withoutPassword(address) : detail,
  ]
}

/** An address as people may see it, and whatever keeps what they were shown. */
export function withoutPassword(address: string): string {
  return address.replace(/:[^:@/]*@/, ':***@')
}

const colors: Readonly<Record<PartState, number>> = {
  waiting: 2,
  resolving: 36,
  starting: 33,
  ready: 32,
  external: 32,
  failed: 31,
  stopped: 2,
  unready: 31,
}

function colored(state: PartState, text: string): string {
  return `\u001B[${colors[state]}m${text}\u001B[0m`
}
