import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryStores } from '@reprise/adapters/in-memory/stores.in-memory.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Log, StoredRecord } from '@reprise/core/ports/log.port.ts'
import { type AnyProjection, stop } from '@reprise/core/projection.ts'
import { decodeRecord } from '@reprise/projectors/engine/decode-events.ts'
import { runInMemory } from '@reprise/projectors/testing/in-memory-run.ts'
import { sentAsRows } from '@reprise/projectors/testing/sent-as-rows.ts'
import { type DeclaredRow, storedRows } from '@reprise/projectors/testing/stored-rows.ts'
import { strictly } from '@reprise/projectors/testing/strictly.ts'
import { type EventTopic, topics } from '@reprise/schemas/topics.ts'
import { acceptedTail } from './accepted-tail.ts'
import { newestRecords } from './newest-records.ts'
import { type Failed, toleranceOf } from './tolerance.ts'

/** What a projection made of the newest events. */
export type Tried = {
  /** Records that were read, and how many of them count. */
  readonly records: number
  readonly accepted: number
  readonly rows: readonly DeclaredRow[]
  /** Events that could not be applied; most often because their row began before the first record that was read. */
  readonly failed: readonly Failed[]
  readonly seconds: number
}

/**
 * Runs a projection in memory, by the engine itself, over about the newest `last` records of its topic. Offsets are
 * counted anew; nothing is written anywhere, and what an effect would send comes as rows.
 */
export const tryProjection = async (
  declared: AnyProjection,
  { log, codec, last }: { readonly log: Log; readonly codec: EventCodec; readonly last: number },
): Promise<Tried> => {
  const startedAt = Date.now()
  const projection = { ...sentAsRows(declared), onFailure: stop() }
  const { from: topic } = projection
  const found = await newestRecords(log, topic, last)
  const accepted = topics[topic].decided ? found.map(acceptedTail) : found
  const { readable, unreadable } = await readIn(accepted, codec)
  const { failed, tolerant } = toleranceOf(projection)
  const stores = createInMemoryStores()
  await runInMemory(strictly(tolerant), { log: logOf(topic, readable), stores, codec })
  return {
    records: found.flat().length,
    accepted: accepted.flat().length,
    rows: await storedRows(projection, stores),
    failed: [...unreadable, ...failed],
    seconds: (Date.now() - startedAt) / 1_000,
  }
}

/** Which records hold events. One that can't be read would end it all, and says so instead. */
const readIn = async (partitions: readonly (readonly StoredRecord[])[], codec: EventCodec) => {
  await codec.learn(partitions.flat().map(({ value }) => value))
  const unreadable: Failed[] = []
  const isReadable = (record: StoredRecord): boolean => {
    try {
      decodeRecord(codec, record)
      return true
    } catch (error) {
      unreadable.push({ type: record.eventType, eventId: record.eventId, reason: (error as Error).message })
      return false
    }
  }
  return { readable: partitions.map((records) => records.filter(isReadable)), unreadable }
}

/** A log of these records alone, recorded when they were, and chained as if nothing had come before. */
const logOf = (topic: EventTopic, partitions: readonly (readonly StoredRecord[])[]) => {
  let recordedAt = 0
  const log = createInMemoryLog({ partitions: partitions.length, now: () => recordedAt })
  for (const [partition, records] of partitions.entries()) {
    let previous = ''
    for (const { key, value, eventId, eventType, recordedAt: at } of records) {
      recordedAt = at
      const headers = { ce_id: eventId, ce_type: eventType, previous }
      log.appendAsStranger(topic, [{ partition, key, value, headers }])
      previous = eventId
    }
  }
  return log
}
