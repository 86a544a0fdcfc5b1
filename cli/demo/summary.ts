import type { Counts } from '../catalogue/load-catalogue.ts'
import type { Glimpses } from './glimpses.ts'
import { demoFileOf, differencesOf, type DemoOutcome } from './outcome.ts'
import { durationOf, numberOf } from './pace.ts'

/** What a person reads at the end. */
export type SummaryOptions = {
  readonly outcome: DemoOutcome
  readonly glimpses: Glimpses
  readonly addresses: Readonly<Record<string, string>>
  readonly outcomePath: string
  /** A playlist that is there, for the commands to try. */
  readonly playlistId: string
  readonly catalogue: Counts
}

const differencesShown = 10

/** The summary as lines: what was compared, what can be seen, what to try next. */
export const summaryOf = (options: SummaryOptions): readonly string[] => [
  '',
  ...comparedLines(options.outcome),
  catalogueLine(options.catalogue),
  ...differenceLines(differencesOf(options.outcome)),
  ...glimpseLines(options.glimpses),
  ...nextLines(options),
]

const comparedLines = (outcome: DemoOutcome): readonly string[] => {
  const { replayed, playlists, acceptance, songs, posted, source } = outcome
  const file = demoFileOf(outcome)
  const found = replayed.found > 0 ? `, ${numberOf(replayed.found)} of them there already` : ''
  const without = source.rowsWithoutSong > 0 ? `; ${source.rowsWithoutSong} rows without a song left out` : ''
  // A demo that found everything done has no rate of its own.
  const commandRate =
    replayed.acknowledged > 0 ? `${numberOf(file['commandsPerSecond'] ?? 0)} commands/s, ` : ''
  return [
    mark(playlists.equal === playlists.compared) +
      `playlists   ${playlists.equal} of ${playlists.compared} as they must end: ${playlists.alive} alive, ` +
      `${numberOf(playlists.items)} items one by one, and ${playlists.deleted} deleted`,
    mark(acceptance.accepted === acceptance.acknowledged) +
      `log         ${numberOf(acceptance.accepted)} of ${numberOf(acceptance.acknowledged)} acknowledged positions in the accepted history`,
    mark(songs.equal === songs.compared) +
      `songs       ${numberOf(songs.equal)} of ${numberOf(songs.compared)} counts equal a count of the source`,
    '',
    `  ${numberOf(replayed.operations)} operations in ${numberOf(replayed.runs)} runs made ` +
      `${numberOf(replayed.commands)} commands${found}; ${numberOf(posted.posted)} plays posted${without}`,
    `  ${commandRate}${numberOf(file['eventsPerSecond'] ?? 0)} events/s through every view; ` +
      `start-up ${durationOf(outcome.startupSeconds)}, all of it ${durationOf(outcome.seconds)}`,
  ]
}

const catalogueLine = ({ tracks, albums, artists }: Counts): string =>
  `  ${numberOf(tracks)} tracks, ${numberOf(albums)} albums and ${numberOf(artists)} artists in the catalogue`

const mark = (isRight: boolean): string => (isRight ? '  ✔ ' : '  ✘ ')

const differenceLines = (differences: readonly string[]): readonly string[] => {
  if (differences.length === 0) return []
  const more = differences.length - differencesShown
  return [
    '',
    `  ${numberOf(differences.length)} differences:`,
    ...differences.slice(0, differencesShown).map((difference) => `    ${difference}`),
    ...(more > 0 ? [`    and ${numberOf(more)} more`] : []),
  ]
}

const glimpseLines = ({ mostPlayed, search, typing, history }: Glimpses): readonly string[] => [
  '',
  '  Most played',
  ...mostPlayed.map((text) => `    ${text}`),
  '',
  `  Search for "${search.query}"`,
  ...search.lines.map((text) => `    ${text}`),
  '',
  `  Typing "${typing.query}"`,
  ...typing.lines.map((text) => `    ${text}`),
  '',
  `  What ${history.user} played last`,
  ...history.lines.map((text) => `    ${text}`),
]

const nextLines = ({ addresses, glimpses, outcomePath, playlistId }: SummaryOptions): readonly string[] => {
  const query = addresses['query-api'] ?? ''
  const command = addresses['producers'] ?? ''
  const { search, history } = glimpses
  return [
    '',
    `  Everything is still running: commands ${command}, queries ${query}. The figures are in ${outcomePath}.`,
    '  Try next:',
    `    curl '${query}/v1/playlists/${playlistId}/tracks?limit=5'`,
    `    curl '${query}/v1/search?q=${encodeURIComponent(search.query)}&type=playlist'`,
    `    curl '${query}/v1/search?q=${encodeURIComponent(glimpses.typing.query)}'`,
    `    curl -H "Authorization: Bearer $(./reprise token ${history.userId})" '${query}/v1/me/plays?limit=5'`,
    `    curl -X POST -H "Authorization: Bearer $(./reprise token me)" -H 'Content-Type: application/json' \\`,
    `      -d '{"name":"My first playlist"}' ${command}/v1/playlists`,
    '    ./reprise status',
    '    make down',
  ]
}
