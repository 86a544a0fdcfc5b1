import { Script } from 'node:vm'
import { nameFault } from '@reprise/projectors/engine/check-name.ts'
import { type EventTopic, topics } from '@reprise/schemas/topics.ts'

/** The topics that a new projection may read. The catalogue has projections of another kind. */
export type ProjectedTopic = Exclude<EventTopic, 'catalogue-changes'>

/** What a new projection begins as. */
export type NewProjection = {
  /** `artist-fans` */
  readonly name: string
  readonly from: ProjectedTopic
  /** Event types of the topic, at least one. */
  readonly events: readonly string[]
}

/** The two files of a new projection: it counts its events per stream until it is told otherwise. */
export type NewFiles = { readonly projection: string; readonly test: string; readonly route: string }

/** The topics that a new projection may read, with their event types. */
export const projectedTopics: Readonly<Record<ProjectedTopic, readonly string[]>> = {
  'playlist-events': withoutClaims('playlist-events'),
  'playback-events': withoutClaims('playback-events'),
  'library-events': withoutClaims('library-events'),
}

/** The topic that has all these event types. @throws when none has. */
export const topicOf = (events: readonly string[]): ProjectedTopic => {
  const names = Object.keys(projectedTopics) as readonly ProjectedTopic[]
  const found = names.find((topic) => events.every((event) => projectedTopics[topic].includes(event)))
  if (found === undefined)
    throw new Error(
      `no topic has ${events.join(' and ')}: ${names.map((topic) => `${topic} has ${projectedTopics[topic].join(', ')}`).join('; ')}`,
    )
  return found
}

/** @throws when the name can't be one, with the remedy. */
export const newProjectionOf = (wanted: NewProjection): NewFiles => {
  const { name } = wanted
  const constant = constantOf(name)
  const fault = nameFault(name) ?? servedFault(name) ?? constantFault(constant, wanted)
  if (fault !== undefined) throw new Error(`"${name}" can't name a new projection: ${fault}`)
  return filesOf({ ...wanted, constant })
}

const constantOf = (name: string): string =>
  name.replaceAll(/-(.)/g, (_dash, letter: string) => letter.toUpperCase())

const filesOf = (text: Text): NewFiles => {
  const route = streams[text.from].routeOf(text.name)
  return { route, projection: projectionText({ ...text, route }), test: testText(text) }
}

const servedFault = (name: string): string | undefined =>
  served.has(name) ? `/${name} is served already. ${twoWords}` : undefined

/** The files export a constant of that name. */
const constantFault = (constant: string, wanted: NewProjection): string | undefined => {
  if (!isFree(constant)) return `${constant} means something in JavaScript already. ${twoWords}`
  return wordsOf(filesOf({ ...wanted, name: '', constant: '' })).has(constant)
    ? `the files that are written use ${constant} for something else. ${twoWords}`
    : undefined
}

const twoWords = 'Try two words, as in artist-fans'

/** Whether a module can declare it, which must hold letters and digits alone. Nothing is run. */
const isFree = (constant: string): boolean => {
  try {
    new Script(`'use strict'; async () => { const ${constant} = 0 }`)
    return !(constant in globalThis)
  } catch {
    return false
  }
}

/** The words that stand in files outside of texts and comments. */
const wordsOf = ({ projection, test }: NewFiles): ReadonlySet<string> =>
  new Set((projection + test).replaceAll(/\/\/.*|\/\*.*?\*\/|'[^'\n]*'/g, '').match(/\w+/g))

function withoutClaims(topic: ProjectedTopic): readonly string[] {
  return topics[topic].records.filter((record) => record !== 'PartitionClaimed')
}

/** Paths that are served already. */
const served = new Set(['plays', 'tracks', 'playlists', 'artists', 'users', 'changes'])

type Stream = {
  readonly key: string
  readonly column: string
  readonly rule: string
  readonly visible: string
  readonly routeOf: (name: string) => string
}

const ofUser: Stream = {
  key: 'userId',
  column: 'text',
  rule: 'toOwner',
  visible: "toOwner('userId')",
  routeOf: (name) => `/v1/me/${name}`,
}

const streams: Readonly<Record<ProjectedTopic, Stream>> = {
  'playlist-events': {
    key: 'playlistId',
    column: 'uuid',
    rule: 'toReadersOfPlaylist',
    visible: 'toReadersOfPlaylist',
    routeOf: (name) => `/v1/playlists/:playlistId/${name}`,
  },
  'playback-events': ofUser,
  'library-events': ofUser,
}

type Text = NewProjection & { readonly constant: string }

const projectionText = ({ name, from, events, constant, route }: Text & { readonly route: string }) => {
  const { key, column, rule, visible } = streams[from]
  return `import type { Meta } from '@reprise/schemas/generated/events.ts'
import { columns, instant, int, ${column} } from '@reprise/core/columns.ts'
import { cassandraTable, projection, quarantineKey } from '@reprise/core/projection.ts'
import { get, ${rule} } from '@reprise/core/projection-query.ts'

/** How often it has happened to a ${key === 'userId' ? 'user' : 'playlist'}, and when last: say here what readers learn. */
export const ${constant} = projection({
  name: '${name}',
  version: 1, // once it has been released, a changed handler needs a new version
  from: '${from}',
  row: columns({ ${key}: ${column}(), times: int(), lastAt: instant() }),
  store: cassandraTable({ partitionKey: ['${key}'] }),
  key: ({ meta }) => ({ ${key}: meta.streamId }),
  on: {
${events.map((event) => `    ${event}: (row, { meta }) => onceMore(row, meta),`).join('\n')}
  },
  onFailure: quarantineKey({ attempts: 3 }),
  query: get('${route}', { visible: ${visible}, stream: '${key}' }),
})

const onceMore = (row: { readonly times: number } | null, { streamId, occurredAt }: Meta) => ({
  ${key}: streamId,
  times: (row?.times ?? 0) + 1,
  lastAt: occurredAt,
})
`
}

const testText = ({ name, from, events, constant }: Text) => {
  const [event = ''] = events
  // Two plays of one identity would be one play.
  const data = (nth: string) => (from === 'playback-events' ? `{ identity: '${nth}' }` : '{}')
  return `import { test } from '@jest/globals'
import { ${constant} } from './${name}.projection.ts'
import { eventOf } from './testing/example-events.ts'
import { specificationOf } from './testing/specification.ts'

const { given } = specificationOf(${constant})

test('each ${event} counts once, however often it is delivered', () =>
  given([eventOf('${event}', ${data('first')}, { occurredAt: 1_000 })])
    .when([eventOf('${event}', ${data('second')}, { occurredAt: 2_000 })], { times: 2 })
    .then({ ${streams[from].key}: 'ann', times: 2, lastAt: 2_000 }))
`
}
