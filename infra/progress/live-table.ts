import type { WriteStream } from 'node:tty'
import type { PartReport } from './report.ts'
import { lineOf, tableOf, withoutPassword } from './table.ts'

/** Shows how parts come up: a table that updates in place on a terminal, a line per change of state elsewhere. */
export function liveTable(stream: WriteStream): (reports: readonly PartReport[]) => void {
  return stream.isTTY ? inPlace(stream) : linePerChange(stream)
}

function inPlace(stream: WriteStream): (reports: readonly PartReport[]) => void {
  let height = 0
  return (reports) => {
    const width = stream.columns - 1
    // A line that wraps would make the table climb, so what doesn't fit is cut before it is coloured.
    const fitting = reports.map((report) => ({
      ...report,
      address: withoutPassword(report.address).slice(0, Math.max(0, width - 50)),
      detail: report.detail.slice(0, Math.max(0, width - 50)),
    }))
    const lines = tableOf(fitting, { color: process.env.NO_COLOR === undefined })
    const up = height > 0 ? `\u001B[${height}A` : ''
    stream.write(up + lines.map((line) => `\u001B[2K${line}\n`).join(''))
    height = lines.length
  }
}

function linePerChange(stream: WriteStream): (reports: readonly PartReport[]) => void {
  const told = new Map<string, string>()
  return (reports) => {
    for (const report of reports) {
      // Each counted file would be a line; the phase is enough.
      const key = `${report.state} ${report.detail.replace(/,.*/, '')}`
      if (told.get(report.name) === key) continue
      told.set(report.name, key)
      if (report.state !== 'waiting') stream.write(`${lineOf(report)}\n`)
    }
  }
}
