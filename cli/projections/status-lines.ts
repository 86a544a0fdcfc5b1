import type { ProjectionStatus } from '@reprise/projectors/engine/projection-status.ts'

const titles = [
  'projection',
  'version',
  'state',
  'lagEvents',
  'lagSeconds',
  'events/s',
  'watermark',
  'quarantined',
  'cache hits',
] as const

/** The projections as lines of aligned columns under a heading; why one waits stands below the table. No line is wider. */
export const statusLinesOf = (
  projections: readonly ProjectionStatus[],
  { color, width }: { readonly color: boolean; readonly width: number },
): readonly string[] => {
  const rows = projections.map(cellsOf)
  const widths = titles.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const align = (row: readonly string[]) =>
    row.map((cell, at) => (isText(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
  const lineOf = (row: readonly string[]) => align(row).join('  ').trimEnd().slice(0, width)
  const [stateAt, stateWidth] = [(widths[0] ?? 0) + (widths[1] ?? 0) + 4, widths[2] ?? 0]
  const table = projections.map(({ state }, at) => {
    const line = lineOf(rows[at] ?? [])
    const [before, cell, after] = [
      line.slice(0, stateAt),
      line.slice(stateAt, stateAt + stateWidth),
      line.slice(stateAt + stateWidth),
    ]
    return color && cell !== '' ? before + colored(state, cell) + after : line
  })
  const reasons = projections.flatMap(({ reason }) => (reason === undefined ? [] : [oneLine(reason, width)]))
  return [lineOf(titles), ...table, ...reasons]
}

/** A text on one line of a terminal, whatever is in it. */
export const oneLine = (text: string, width: number): string =>
  text.replaceAll(/[\s\p{Cc}]+/gu, ' ').slice(0, width)

const isText = (column: number): boolean => column === 0 || column === 2

const cellsOf = (status: ProjectionStatus): readonly string[] => [
  status.name,
  `v${status.version}`,
  status.state,
  grouped(status.lagEvents),
  status.lagSeconds === undefined ? '-' : status.lagSeconds.toFixed(1),
  grouped(Math.round(status.rate)),
  grouped(status.partitions.reduce((sum, { watermark }) => sum + watermark, 0)),
  grouped(status.quarantined),
  hitsOf(status),
]

/** How many of the touched groups were in memory. */
const hitsOf = ({ cache }: ProjectionStatus): string => {
  const asked = cache ? cache.hits + cache.misses : 0
  return cache === undefined || asked === 0 ? '-' : `${Math.floor((cache.hits / asked) * 100)} %`
}

const grouped = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ' ')

const colors: Readonly<Record<ProjectionStatus['state'], number>> = {
  starting: 33,
  running: 32,
  waiting: 33,
  stalled: 31,
  stopped: 31,
}

const colored = (state: ProjectionStatus['state'], text: string): string =>
  `\u001B[${colors[state]}m${text}\u001B[0m`
