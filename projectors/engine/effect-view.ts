import type { Checkpoint } from '@reprise/core/checkpoint.ts'
import type { AnyEffect } from '@reprise/core/effect-projection.ts'
import { streamKey } from '@reprise/core/effect-projection.ts'
import type { RecordedEvent } from '@reprise/core/event.ts'
import { nowhere } from '@reprise/core/layout/column-name.ts'
import { OutsideRefused, type Outside } from '@reprise/core/ports/outside.port.ts'
import type { RowStore, Table } from '@reprise/core/ports/row-store.port.ts'
import { storedName } from '@reprise/core/projection.ts'
import { createBodyCheck } from '@reprise/core/storable.ts'
import { firstWinsStampOf, stampOf } from '@reprise/core/stamp.ts'
import { createRowCheckpoints } from './checkpoints.ts'
import { eachBounded } from './each-bounded.ts'
import { eventFailed, type Group } from './groups.ts'
import type { Touched, View } from './view.ts'

type Call = { readonly event: RecordedEvent; readonly body: object }

/** Up to where the events of a stream are told, and what is to be told now. */
type State = { readonly position: number; readonly calls: readonly Call[] }

/**
 * Effects outside, with the same guard as rows have (law 6): a row per stream keeps the position of the last event that
 * was told, in a table that all versions share. So nothing that was told is told again after a crash, by a zombie, in
 * a rebuild or by another version; only what was under way at that moment is, with the same idempotency key.
 */
export const createEffectView = (
  projection: AnyEffect,
  store: RowStore,
  { post, logEnds }: Outside,
): View<State> => {
  const { from: topic, store: effect } = projection
  const table = toldTableOf(projection)
  const checkpoints = createRowCheckpoints(store, storedName(projection))
  const handlers = projection.on as unknown as Readonly<
    Record<string, (event: RecordedEvent) => object | null>
  >
  const check = createBodyCheck(projection)
  let floors: readonly number[] = []

  const callOf = (event: RecordedEvent): Call | undefined => {
    try {
      const body = handlers[event.type]?.(event)
      if (!body) return undefined
      check(body)
      return { event, body }
    } catch (cause) {
      throw eventFailed(event, cause)
    }
  }

  const told = async (key: string): Promise<number | undefined> => {
    const [row] = await store.read(table, { partition: { key } })
    return row?.['position_'] as number | undefined
  }
  const remember = (key: string, position: number, stamp: number) =>
    store.writeTogether(table, [{ row: { key, position_: position, absent_: false }, stamp }])

  /** The end of the log when the effect first started. Of two first starts the earlier one is kept. */
  const floorOf = async (end: number, partition: number): Promise<number> => {
    const key = floorKey(partition)
    if ((await told(key)) === undefined) await remember(key, end - 1, firstWinsStampOf(end))
    return (await told(key)) ?? end - 1
  }
  const tell = async ({ event, body }: Call): Promise<void> => {
    try {
      await post({ ...effect.webhook, body, idempotencyKey: event.meta.eventId })
    } catch (error) {
      throw error instanceof OutsideRefused ? eventFailed(event, error) : error
    }
  }
  const tellGroup = async ({ group, state }: Touched<State>): Promise<void> => {
    const key = guardKey(group)
    // Another version, or this write before another group of it was refused, may have told some meanwhile.
    const before = state.calls.length === 0 ? nowhere : ((await told(key)) ?? nowhere)
    for (const call of state.calls) {
      if (call.event.offset <= before) continue
      await tell(call)
      await remember(key, call.event.offset, stampOf(call.event.offset))
    }
    if (state.calls.at(-1)?.event.offset !== state.position)
      await remember(key, state.position, stampOf(state.position))
  }

  return {
    ensure: async () => {
      await store.ensure(table)
      await checkpoints.ensure()
      const ends = await logEnds(topic)
      await beginWhereTheFormerStands(projection, store, ends.length)
      floors = await Promise.all(ends.map(floorOf))
    },
    load: async (groups) => {
      const states = groups.map(({ partition }) => ({ position: floors[partition] ?? nowhere, calls: [] }))
      await eachBounded(groups, async (group, at) => {
        const floor = states[at]?.position ?? nowhere
        // Most of what was there before the effect needs no look-up.
        if ((group.events.at(-1)?.offset ?? nowhere) <= floor) return
        states[at] = { position: Math.max(floor, (await told(guardKey(group))) ?? nowhere), calls: [] }
      })
      return states
    },
    fold: (state, { events }) => {
      const fresh = events.filter(({ offset }) => offset > state.position)
      const calls = fresh.flatMap((event) => callOf(event) ?? [])
      if (fresh.length === 0) return state
      return { position: fresh.at(-1)?.offset ?? nowhere, calls: [...state.calls, ...calls] }
    },
    write: (touched) => eachBounded(touched, tellGroup),
    isEffect: true,
    // Another version may tell the same streams beside this one.
    remembers: false,
    weigh: () => 1,
    checkpoints,
    onLost: store.onLost,
  }
}

/** All versions of an effect share it. */
const toldTableOf = ({ name }: AnyEffect): Table => ({
  name: `${name.replaceAll('-', '_')}_told`,
  partitionKey: ['key'],
  clustering: [],
  columns: { key: 'text', position_: 'bigint', absent_: 'boolean' },
})

const guardKey = ({ key }: Group): string => `stream/${String(key[streamKey])}`

const floorKey = (partition: number): string => `before/${partition}`

/**
 * A version without checkpoints takes those of the newest version before it that has some. What waits there is still to be
 * tried by this one, which may have the mended handler; nobody may be left to answer for the other.
 */
const beginWhereTheFormerStands = async (
  projection: AnyEffect,
  store: RowStore,
  partitions: number,
): Promise<void> => {
  const own = createRowCheckpoints(store, storedName(projection))
  for (let version = projection.version - 1; version > 0; version--) {
    const former = createRowCheckpoints(store, storedName({ ...projection, version }))
    await former.ensure()
    for (let partition = 0; partition < partitions; partition++) {
      if ((await own.read(partition)) !== undefined) continue
      const checkpoint = await former.read(partition)
      if (checkpoint) await own.write(partition, asTakenOver(checkpoint))
    }
  }
}

const asTakenOver = (checkpoint: Checkpoint): Checkpoint => ({
  ...checkpoint,
  revision: 0,
  quarantined: checkpoint.quarantined.map((group) => ({ ...group, attempt: 0 })),
})
