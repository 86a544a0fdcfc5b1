import { partitionCountOf, type TopicName } from '@reprise/schemas/topics.ts'
import type {
  Appender,
  Log,
  LogBatch,
  LogRecord,
  Reader,
  ReaderOptions,
  StoredRecord,
} from '@reprise/core/ports/log.port.ts'
import { LogBroken } from '@reprise/core/ports/log.port.ts'

/** What tests may do to the log that a broker's client cannot. */
export type InMemoryLog = Log & {
  /** Everything that a partition holds. */
  readonly recordsOf: (topic: TopicName, partition: number) => readonly StoredRecord[]
  /** Appends at once, as if another process had: for zombies, copies and records that nobody asked for. */
  readonly appendAsStranger: (topic: TopicName, records: readonly LogRecord[]) => void
  /** The next append is stored, and its acknowledgement lost. */
  readonly loseNextAcknowledgement: () => void
  /** The next append is lost with its acknowledgement. */
  readonly loseNextAppend: () => void
}

/** The Log port in memory. Time is the record's number, unless a clock is given. */
export const createInMemoryLog = (
  options: { readonly partitions?: number; readonly now?: () => number } = {},
): InMemoryLog => {
  const store = new Map<TopicName, StoredRecord[][]>()
  const wakers = new Set<() => void>()
  let fault: 'acknowledgement' | 'append' | undefined
  let clock = 0

  const partitionsIn = (topic: TopicName): StoredRecord[][] => {
    const found =
      store.get(topic) ?? Array.from({ length: partitionCountOf(topic, options.partitions) }, () => [])
    store.set(topic, found)
    return found
  }
  const append = (topic: TopicName, records: readonly LogRecord[]): ReadonlyMap<number, number> => {
    const first = new Map<number, number>()
    for (const record of records) {
      const partition = partitionsIn(topic)[record.partition]
      if (partition === undefined) throw new Error(`${topic} has no partition ${record.partition}`)
      if (!first.has(record.partition)) first.set(record.partition, partition.length)
      partition.push(storedOf(record, partition.length, options.now?.() ?? ++clock))
    }
    for (const wake of wakers) wake()
    return first
  }
  const groups = new Map<string, Member[]>()
  /** Members of a group share the partitions anew whenever one joins or leaves; without a group there is one member. */
  const join = (reading: ReaderOptions): Reader => {
    const partitions = partitionsIn(reading.topic)
    const members = (reading.group === undefined ? undefined : groups.get(reading.group)) ?? []
    if (reading.group !== undefined) groups.set(reading.group, members)
    const share = () => {
      for (const [at, member] of members.entries())
        member.assign([...partitions.keys()].filter((partition) => partition % members.length === at))
    }
    const member = createMember(reading, partitions, wakers)
    members.push(member)
    share()
    return {
      rewind: member.again,
      close: async () => {
        members.splice(members.indexOf(member), 1)
        share()
        await member.close()
      },
    }
  }
  const createAppender = (topic: TopicName): Appender => ({
    append: async (records) => {
      await Promise.resolve()
      const now = fault
      fault = undefined
      if (now === 'append') throw new Error('the append was lost')
      const first = append(topic, records)
      if (now === 'acknowledgement') throw new Error('the acknowledgement was lost')
      return first
    },
    beforeNext: (call) => void setImmediate(call),
    close: () => Promise.resolve(),
  })

  return {
    createAppender: (topic) => Promise.resolve(createAppender(topic)),
    read: (reading) => Promise.resolve(join(reading)),
    endOffsets: (topic) => Promise.resolve(partitionsIn(topic).map((partition) => partition.length)),
    incarnation: () => Promise.resolve('in-memory'),
    close: () => Promise.resolve(),
    recordsOf: (topic, partition) => partitionsIn(topic)[partition] ?? [],
    appendAsStranger: append,
    loseNextAcknowledgement: () => (fault = 'acknowledgement'),
    loseNextAppend: () => (fault = 'append'),
  }
}

const storedOf = (record: LogRecord, offset: number, recordedAt: number): StoredRecord => ({
  offset,
  key: record.key,
  value: record.value,
  eventId: record.headers['ce_id'] ?? '',
  eventType: record.headers['ce_type'] ?? '',
  previous: record.headers['previous'],
  traceparent: record.headers['traceparent'],
  recordedAt,
})

type Member = {
  readonly assign: (partitions: readonly number[]) => void
  readonly again: () => void
  readonly close: () => Promise<void>
}

const createMember = (
  { resumeAt, onBatch, onAssigned, onStopped }: ReaderOptions,
  partitions: readonly (readonly StoredRecord[])[],
  wakers: Set<() => void>,
): Member => {
  let generation = 0
  let assigned: readonly number[] = []
  let running: Promise<unknown> = Promise.resolve()
  const wakeAll = () => {
    for (const wake of [...wakers]) wake()
  }
  const untilAppended = () =>
    new Promise<void>((resolve) => {
      const wake = () => {
        wakers.delete(wake)
        resolve()
      }
      wakers.add(wake)
    })

  const follow = async (partition: number, from: number, mine: number): Promise<void> => {
    const records = partitions[partition] ?? []
    if (from > records.length)
      throw new LogBroken(`partition ${partition} ends at ${records.length}, before ${from}`)
    for (let next = from; mine === generation;) {
      // Copies, as from a broker: what one reader keeps with a record isn't seen by the next.
      const copies = records.slice(next).map((record) => ({ ...record }))
      const batch: LogBatch = { partition, records: copies, behind: 0 }
      next += batch.records.length
      await (batch.records.length === 0 ? untilAppended() : onBatch(batch))
    }
  }
  const begin = async (mine: number): Promise<void> => {
    const offsets = await Promise.all(assigned.map((partition) => resumeAt(partition)))
    if (mine !== generation) return
    onAssigned?.(assigned)
    await Promise.all(
      assigned.map(async (partition, at) => {
        const offset = offsets[at]
        if (offset !== undefined) await follow(partition, offset, mine)
      }),
    )
  }
  const assign = (mine: readonly number[]) => {
    assigned = mine
    const number = ++generation
    wakeAll()
    running = running
      .then(() => (number === generation ? begin(number) : undefined))
      .catch((reason: unknown) => {
        generation++
        onStopped(reason as Error)
      })
  }
  return {
    assign,
    again: () => assign(assigned),
    close: async () => {
      generation++
      wakeAll()
      await running
    },
  }
}
