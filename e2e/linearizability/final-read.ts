import { endOf } from '../log-reading.ts'
import type { Platform } from '../platform.ts'
import type { Recorder, Told } from './history.ts'

/** Reads the whole of a playlist from the query side, at least as new as the log's end when it began. */
export const readList = async (
  platform: Platform,
  token: string,
  recorder: Recorder,
  id: string,
): Promise<void> => {
  await recorder.record('reader', id, { op: 'list' }, async () => {
    const headers = {
      authorization: `Bearer ${token}`,
      'reprise-min-position': await endOf(platform, 'playlist-events'),
      'reprise-max-wait': '30s',
    }
    for (const until = performance.now() + patienceMs; ;) {
      const read = await allPages(`${platform.query}/v1/playlists/${id}/tracks`, headers)
      if (typeof read === 'object') return read
      if (performance.now() > until) throw new Error(`${id}: ${read} for minutes`)
    }
  })
}

const patienceMs = 180_000

/** All pages of one version. */
const allPages = async (
  address: string,
  headers: Readonly<Record<string, string>>,
): Promise<Told | 'changed meanwhile' | 'not yet visible'> => {
  const items: string[] = []
  let version: number | undefined
  for (;;) {
    const response = await fetch(`${address}?limit=100&offset=${items.length}`, { headers })
    const body = (await response.json()) as { readonly items: readonly { readonly itemId: string }[] }
    if (response.status === 404) return { kind: 'fail', answer: { code: 'not-found' } }
    if (response.status === 503) return 'not yet visible'
    if (response.status !== 200) throw new Error(`list: ${response.status} ${JSON.stringify(body)}`)
    const shown = Number(/^"(\d+)-/.exec(response.headers.get('etag') ?? '')?.[1])
    if (version !== undefined && shown !== version) return 'changed meanwhile'
    version = shown
    items.push(...body.items.map(({ itemId }) => itemId))
    if (body.items.length < 100) return { kind: 'ok', answer: { version, items } }
  }
}
