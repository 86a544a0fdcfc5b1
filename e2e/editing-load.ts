import { randomUUID } from 'node:crypto'
import { positionOf, type Position } from '@reprise/core/position.ts'
import { type Answer, type Client, untilAnswered } from './client.ts'

/** A playlist as its only writer knows it: an independent model, plain arrays and indices. */
export type Model = {
  readonly id: string
  readonly tracks: string[]
  version: number
  readonly acknowledged: { readonly key: string; readonly position: Position; readonly version: number }[]
  last: Answer | undefined
}

const seeded = (seed: number) => {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 4_294_967_296) * below)
  }
}

/** Edits one playlist at random until told to stop, each command under a key of its own and retried until answered. */
export const editUntil = async (client: Client, seed: number, isOver: () => boolean): Promise<Model> => {
  const random = seeded(seed)
  const model: Model = { id: randomUUID(), tracks: [], version: 0, acknowledged: [], last: undefined }
  const send = async (method: string, path: string, body: unknown) => {
    const key = randomUUID()
    const headers = { 'idempotency-key': key }
    const answer = await untilAnswered(() =>
      client.command(method, `/v1/playlists/${model.id}${path}`, { body, headers }),
    )
    if (answer.status > 201)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    model.version++
    model.last = answer
    if (answer.body.version !== model.version)
      throw new Error(`version ${answer.body.version} was answered, ${model.version} expected`)
    const position = positionOf(answer.headers.get('reprise-position') ?? '')
    model.acknowledged.push({ key, position, version: model.version })
  }
  await send('PUT', '', { name: `list ${seed}`, visibility: 'public' })
  while (!isOver()) await send('POST', '/edits', { edits: editsOf(model.tracks, random) })
  return model
}

/** A few edits by index, applied to the model as they are made. */
const editsOf = (tracks: string[], random: (below: number) => number): readonly unknown[] =>
  Array.from({ length: 1 + random(4) }, () => {
    const kind = tracks.length < 5 ? 0 : random(4)
    const at = random(tracks.length + (kind <= 1 ? 1 : 0))
    if (kind === 2) {
      tracks.splice(at, 1)
      return { removeAt: [at] }
    }
    if (kind === 3) {
      const length = 1 + random(Math.min(3, tracks.length - at))
      const rest = random(tracks.length - length + 1)
      const moved = tracks.splice(at, length)
      // `to` counts in the list before the move.
      const to = rest <= at ? rest : rest + length
      tracks.splice(rest, 0, ...moved)
      return { moveRange: { start: at, length, to } }
    }
    const added = Array.from({ length: 1 + random(5) }, () => `track-${random(1_000)}`)
    tracks.splice(at, 0, ...added)
    return { add: added.map((trackId) => ({ trackId })), at }
  })
