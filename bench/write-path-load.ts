import { v7 as uuidv7 } from 'uuid'
import type { Log, LogRecord } from '@reprise/core/ports/log.port.ts'
import { closedLoops, type Measured, openCalls } from './measure.ts'
import { type Engines, openNamespace } from './own-namespace.ts'
import { createWritePath, type Share, type WritePath } from './write-path.ts'

/** What a process with a write path of its own is to do. */
export type WritePathJob = {
  readonly engines: Engines
  readonly namespace: string
  readonly share: Share
  /** Of all processes. */
  readonly playlists: number
  readonly loops: number
  readonly seconds: number
}

/** Sent as it is between processes. */
export type RecordText = Pick<LogRecord, 'key' | 'headers'> & { readonly value: string }

/** How it did, and some of the records that it appended, their values in base64. */
export type WritePathLoad = {
  readonly edits: Measured
  readonly halved: Measured
  readonly hot: Measured
  readonly records: readonly RecordText[]
}

const recordsMax = 2_000

const load = async (job: WritePathJob): Promise<WritePathLoad> => {
  const { share, seconds } = job
  const loops = Math.round(job.loops / share.of)
  const { log, codec, rows, close } = await openNamespace(job.engines, job.namespace)
  const records: LogRecord[] = []
  const path = await createWritePath({ log: recording(log, records), rows, codec, share })
  const ids: string[] = []
  while (ids.length < job.playlists / share.of) {
    const id = uuidv7()
    if (path.isOurs(id)) ids.push(id)
  }
  let created = 0
  await Promise.all(
    Array.from({ length: loops }, async () => {
      while (created < ids.length) await path.create(ids[created++] ?? '')
    }),
  )
  records.length = 0
  const edit = () => path.addOne(ids[Math.floor(Math.random() * ids.length)] ?? '')
  const edits = await closedLoops(loops, seconds, edit)
  const halved = await openCalls(edit, edits.perSecond / 2, seconds / 2)
  const hot = await hotPlaylist(path)
  await path.commands.close()
  await close()
  const texts = records.map(({ key, value, headers }) => ({ key, value: value.toString('base64'), headers }))
  return { edits, halved, hot, records: texts }
}

/** Every command on the same stream. */
const hotPlaylist = async (path: WritePath): Promise<Measured> => {
  let id = uuidv7()
  while (!path.isOurs(id)) id = uuidv7()
  await path.create(id)
  return closedLoops(200, 5, () => path.moveOne(id))
}

const recording = (log: Log, records: LogRecord[]): Log => ({
  ...log,
  createAppender: async (topic) => {
    const appender = await log.createAppender(topic)
    return {
      ...appender,
      append: (batch) => (records.length < recordsMax && records.push(...batch), appender.append(batch)),
    }
  },
})

process.once('message', (job: WritePathJob) => {
  void load(job).then((loaded) => process.send?.(loaded, () => process.exit(0)))
})
