import { commandIdOf } from '@reprise/core/identity.ts'
import type { PlaylistCommand } from '../playlists/playlist.decider.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { PlaylistOrder } from './truth.ts'

/** What clients know of a playlist from the answers that they got. */
export type Known = { version: number; readonly items: string[] }

type Key = { readonly streamId: string; readonly key: string; readonly keyTime: number | undefined }

/**
 * Commands as clients give them: on a few playlists, so that they meet; some strict, some on items that are gone by
 * then, some that change nothing, some by a stranger, some under a key that was used before, with another body or once more as they were.
 */
export const createRandomOrders = (random: SeededRandom, streamIds: readonly string[]) => {
  const known = new Map<string, Known>(streamIds.map((streamId) => [streamId, { version: 0, items: [] }]))
  const keys: Key[] = []
  const given: PlaylistOrder[] = []
  let minted = 0

  const details = () =>
    ({ name: random.pick(['x', 'y']), description: '', visibility: 'public', collaborative: false }) as const
  const anItem = (items: readonly string[]): string =>
    items.length === 0 || random.chance(0.1) ? 'never there' : random.pick(items)

  const bodyFor = ({ version, items }: Known): PlaylistCommand => {
    const kind = random.below(20)
    if (version === 0 ? kind < 14 : kind < 1) return { do: 'create', details: details() }
    if (kind < 3) return { do: 'change-details', changes: { name: random.pick(['x', 'y']) } }
    if (kind === 3 && random.chance(0.2)) return { do: 'delete' }
    if (kind < 7) return { do: 'edit', edits: [{ remove: [anItem(items)] }] }
    if (kind < 9) return { do: 'edit', edits: [{ move: [anItem(items)], after: null }] }
    if (kind < 11) return { do: 'edit', edits: [{ add: [{ trackId: 't' }], after: anItem(items) }] }
    return {
      do: 'edit',
      edits: [{ add: Array.from({ length: 1 + random.below(2) }, () => ({ trackId: 't' })) }],
    }
  }
  const orderOf = ({ streamId, key, keyTime }: Key): PlaylistOrder => {
    const seen = known.get(streamId) as Known
    const body = bodyFor(seen)
    const expectedVersion = random.chance(0.15) ? seen.version : undefined
    const actorId = random.chance(0.05) ? 'stranger' : 'owner'
    return {
      streamId,
      actorId,
      commandId: commandIdOf(actorId, streamId, key),
      bodyHash: JSON.stringify([body, expectedVersion]),
      body,
      deviceId: null,
      occurredAt: 0,
      expectedVersion,
      keyRefusal: undefined,
      keyTime,
      traceparent: undefined,
    }
  }
  return {
    known,
    next: (): PlaylistOrder => {
      if (given.length > 0 && random.chance(0.15)) return random.pick(given)
      const reused = keys.length > 0 && random.chance(0.04) ? random.pick(keys) : undefined
      // Some keys carry their time as a UUIDv7 does, some are any other string.
      const keyTime = random.chance(0.5) ? Date.now() - random.below(1_000) : undefined
      const key = reused ?? { streamId: random.pick(streamIds), key: `key ${++minted}`, keyTime }
      keys.push(key)
      const order = orderOf(key)
      given.push(order)
      return order
    },
  }
}

/** See {@link createRandomOrders}. */
export type RandomOrders = ReturnType<typeof createRandomOrders>
