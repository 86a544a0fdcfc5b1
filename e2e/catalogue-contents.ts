import { Client as OpenSearch } from '@opensearch-project/opensearch'
import { configurationOf } from '@reprise/core/configuration.ts'
import { storeNamesOf } from '@reprise/core/layout/store-names.ts'
import { storedName } from '@reprise/core/projection.ts'
import { catalogueSearch } from '@reprise/projectors/catalogue-search.projection.ts'
import type { CatalogueDatabase } from './catalogue-database.ts'
import type { Client } from './client.ts'
import type { Platform } from './platform.ts'

/** Every entity by id, as text that is equal when what is shown is equal. */
export type Contents = ReadonlyMap<string, string>

type Named = { readonly id: string; readonly name: string }
type Row = {
  readonly id: string
  readonly title: string
  readonly album: Named | null
  readonly artists: readonly Named[] | null
}

/** What the database says, joined by SQL. */
export const contentsOfDatabase = async (database: CatalogueDatabase): Promise<Contents> => {
  const tracks = await database.query<Row>(`
    SELECT t.id, t.title,
      (SELECT json_build_object('id', a.id, 'name', a.name) FROM album a WHERE a.id = t.album_id) AS album,
      (SELECT json_agg(json_build_object('id', a.id, 'name', a.name) ORDER BY l.position)
        FROM track_artist l JOIN artist a ON a.id = l.artist_id WHERE l.track_id = t.id) AS artists
    FROM track t`)
  const albums = await database.query<Row>(`
    SELECT b.id, b.name AS title, NULL AS album, CASE WHEN a.id IS NULL THEN NULL
      ELSE json_build_array(json_build_object('id', a.id, 'name', a.name)) END AS artists
    FROM album b LEFT JOIN artist a ON a.id = b.artist_id`)
  const artists = await database.query<Row>(
    'SELECT id, name AS title, NULL AS album, NULL AS artists FROM artist',
  )
  const entries = (kind: string, rows: readonly Row[]) =>
    rows.map(({ id, title, album, artists: credits }): [string, string] => [
      `${kind}/${id}`,
      textOf(title, album, credits ?? []),
    ])
  return new Map([...entries('track', tracks), ...entries('album', albums), ...entries('artist', artists)])
}

/** What the view answers for the ids of a kind, whether or not they should be there. */
export const contentsOfView = async (client: Client, ids: Readonly<Record<Kind, readonly string[]>>) => {
  const contents = new Map<string, string>()
  for (const kind of ['track', 'album', 'artist'] as const)
    for (let at = 0; at < ids[kind].length; at += 100) {
      const path = `/v1/${kind}s?ids=${ids[kind].slice(at, at + 100).join(',')}`
      const { body } = await client.query('GET', path)
      for (const item of body.items)
        contents.set(
          `${kind}/${item.id}`,
          kind === 'track'
            ? textOf(item.title, item.album, item.artists)
            : textOf(item.name, null, item.artist ? [item.artist] : []),
        )
    }
  return contents
}

type Kind = 'track' | 'album' | 'artist'

/** Everything that a search can find. */
export const contentsOfIndex = async (platform: Platform): Promise<Contents> => {
  const { openSearch: node, namespace } = configurationOf(platform.environment)
  const client = new OpenSearch({ node })
  const contents = new Map<string, string>()
  try {
    for (let after: string | undefined; ;) {
      const { body } = await client.search({
        index: `${storeNamesOf(namespace).indexPrefix}${storedName(catalogueSearch)}-live`,
        body: {
          query: { term: { absent_: false } },
          size: 1_000,
          sort: [{ entity_: 'asc' }],
          ...(after !== undefined && { search_after: [after] }),
        },
      })
      // eslint-disable-next-line @typescript-eslint/no-explicit-any -- documents of three kinds
      const hits = body.hits.hits as readonly any[]
      for (const { _source: found } of hits) {
        const album = found.albumId ? { id: found.albumId, name: found.albumName } : null
        contents.set(found.entity, textOf(found.title, album, found.artists))
      }
      after = hits.at(-1)?.sort[0]
      if (after === undefined) return contents
    }
  } finally {
    await client.close()
  }
}

const textOf = (title: string, album: Named | null, artists: readonly Named[]): string =>
  JSON.stringify([title, album && [album.id, album.name], artists.map(({ id, name }) => [id, name])])
