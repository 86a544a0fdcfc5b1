import { createInMemoryDocumentStore } from '@reprise/adapters/in-memory/document-store.in-memory.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { findProjections, projectionsFolder } from '@reprise/projectors/engine/find-projections.ts'
import { runAll } from '@reprise/projectors/engine/run-all.ts'
import type { ProjectionProgress } from '@reprise/schemas/generated/events.ts'
import { connect, quiet } from './connections.ts'
import { createMarks } from './marks.ts'
import type { Job } from './workers.ts'

/** A projector process that runs some projections and says how fast it came to the end of the topic. */
const job = JSON.parse(process.argv[2] ?? '') as Job
const { log, codec, stores } = await connect()

const noStore: RowStore = {
  ensure: () => Promise.resolve(),
  drop: () => Promise.resolve(),
  read: () => Promise.resolve([]),
  writeTogether: () => Promise.resolve(),
  confirm: () => Promise.resolve(),
  onLost: () => undefined,
  close: () => Promise.resolve(),
}
const all = await findProjections(projectionsFolder)
const projections = all.filter(({ name }) => job.projections.length === 0 || job.projections.includes(name))
const watched = projections.filter(({ from }) => from === job.topic).map(({ name }) => name)
const ends = await log.endOffsets(job.topic)
const total = ends.reduce((sum, end) => sum + end, 0)

const watermarks = new Map<string, number>()
const applied = (): number =>
  Math.min(
    ...watched.map((name) =>
      ends.reduce((sum, _end, partition) => sum + (watermarks.get(`${name}/${partition}`) ?? 0), 0),
    ),
  )
const marks = createMarks(applied)
let isTold = false

/** The log, with an ear for what is said of progress and for the first batch. */
const heard: Log = {
  ...log,
  read: (options) =>
    log.read({
      ...options,
      onBatch: (batch) => {
        if (options.topic === job.topic) marks.begin()
        return options.onBatch(batch)
      },
    }),
  createAppender: async (topic) => {
    const appender = await log.createAppender(topic)
    return {
      ...appender,
      append: (records) => {
        if (topic === 'projection-progress') for (const { value } of records) hear(value)
        return appender.append(records)
      },
    }
  },
}
const hear = (value: Buffer) => {
  const { projection, partition, watermark } = codec.decode(value).value as ProjectionProgress
  watermarks.set(`${projection}/${partition}`, watermark)
  if (isTold || applied() < total) return
  isTold = true
  process.send?.(marks.end(total))
}

const running = await runAll(projections, {
  log: heard,
  codec,
  logger: quiet,
  stores: job.store === 'none' ? { rows: noStore, documents: createInMemoryDocumentStore() } : stores,
  ...(job.readers === 'own' && { sharing: { members: [] } }),
})
process.once('message', () => void running.close().then(() => process.exit(0)))
