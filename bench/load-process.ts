import { request as httpRequest } from 'node:http'
import { createInterface } from 'node:readline'
import { newEventId } from '@reprise/producers/write-path/event-id.ts'
import type { Loaded, LoadJob } from './http-load.ts'
import { type Connection, createConnection } from './keep-alive-connection.ts'
import { atRate, percentilesOf } from './measure.ts'

/** Makes load on servers, as its parent asks, and tells it what was seen. */
const trackIds = Array.from({ length: 1_000 }, (_, nth) => `4iV5W9uYEdYUVa79Ax${nth}`)

type Seen = { readonly status: number; readonly ms: number; readonly at: number; readonly saysWhen: boolean }
const seen: Seen[] = []
let unsent = 0

type Requests = Extract<LoadJob, { readonly send: 'edits' | 'plays' }>
type Lines = Extract<LoadJob, { readonly send: 'lines' }>

let nth = 0
const editOf = ({ playlists }: LoadJob) => ({
  path: `/v1/playlists/${playlists[nth++ % playlists.length] ?? ''}/edits`,
  body: { edits: [{ add: [{ trackId: trackIds[nth % trackIds.length] }] }] },
})
const playsOf = () => ({ path: '/v1/plays', body: { plays: Array.from({ length: 100 }, playOf) } })
const playOf = () => ({
  trackId: trackIds[nth++ % trackIds.length],
  startedAt: Date.now() - 300_000 - (nth % 1_000_000),
  msPlayed: 180_000,
  reasonStart: 'trackdone',
  reasonEnd: 'trackdone',
  context: 'search',
  deviceId: 'bench',
  country: 'SE',
})

const requestOf = (job: Requests): Buffer => {
  const { path, body } = job.send === 'edits' ? editOf(job) : playsOf()
  const text = JSON.stringify(body)
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: bench',
    `Authorization: Bearer ${job.token}`,
    'Content-Type: application/json',
    `Idempotency-Key: ${newEventId()}`,
    `Content-Length: ${Buffer.byteLength(text)}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`)
}

const sendOne = async (connection: Connection, job: Requests, due: number): Promise<void> => {
  const { status, head } = await connection.send(requestOf(job))
  const now = performance.now()
  seen.push({ status, ms: now - due, at: now, saysWhen: /^retry-after: \d/im.test(head) })
}

const closedLoops = async (job: Requests, end: number): Promise<void> => {
  const loop = async (_: unknown, at: number) => {
    const connection = createConnection(job.ports[at % job.ports.length] ?? 0)
    while (performance.now() < end) await sendOne(connection, job, performance.now())
    connection.close()
  }
  await Promise.all(Array.from({ length: job.connections }, loop))
}

/** Requests at a fixed rate, each on a connection that is free, timed from when it was due; none is sent where all are busy. */
const openLoop = async (job: Requests, perSecond: number, end: number): Promise<void> => {
  const begin = performance.now()
  const free: Connection[] = []
  let opened = 0
  const take = (): Connection | undefined => {
    const connection = free.pop()
    if (connection !== undefined || opened >= job.connections) return connection
    return createConnection(job.ports[opened++ % job.ports.length] ?? 0)
  }
  const call = async (due: number) => {
    const connection = take()
    if (connection === undefined) {
      unsent++
      return
    }
    await sendOne(connection, job, due)
    if (connection.isOpen()) free.push(connection)
    else opened--
  }
  await atRate(call, perSecond, (end - begin) / 1_000)
  for (const connection of free) connection.close()
}

/** So many lines of a stream wait for their answers. */
const underWayMax = 1_500

/** A stream of lines that is written as fast as they are answered. */
const streamLines = (job: Lines, port: number, end: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${job.token}`, 'content-type': 'application/x-ndjson' }
    const sent = httpRequest({ port, host: '127.0.0.1', path: '/v1/commands', method: 'POST', headers })
    const begun: number[] = []
    let answered = 0
    sent.once('error', reject)
    sent.once('response', (answer) => {
      const lines = createInterface({ input: answer })
      lines.on('line', (line) => {
        const now = performance.now()
        const status = Number(/"status":(\d+)/.exec(line)?.[1])
        seen.push({
          status,
          ms: now - (begun[answered++] ?? now),
          at: now,
          saysWhen: line.includes('"retryAfter"'),
        })
        write()
      })
      lines.once('close', resolve)
    })
    let isBlocked = false
    const write = () => {
      while (!isBlocked && begun.length - answered <= underWayMax - 100) {
        const now = performance.now()
        if (now >= end) {
          if (!sent.writableEnded) sent.end()
          return
        }
        let text = ''
        for (let line = 0; line < 100; line++) {
          begun.push(now)
          text += `${JSON.stringify({ method: 'POST', ...editOf(job), idempotencyKey: newEventId() })}\n`
        }
        isBlocked = !sent.write(text)
      }
    }
    sent.on('drain', () => {
      isBlocked = false
      write()
    })
    write()
  })

const msOf = (some: readonly Seen[]) => percentilesOf(some.map(({ ms }) => ms))
const isRefused = ({ status }: Seen) => status === 429 || status === 503
const isAccepted = ({ status }: Seen) => status >= 200 && status < 300

process.once('message', (message) => {
  void (async () => {
    const job = message as LoadJob
    const begin = performance.now()
    const end = begin + job.seconds * 1_000
    if (job.send === 'lines') {
      const streams = Array.from({ length: job.streams }, (_, nth) => job.ports[nth % job.ports.length] ?? 0)
      await Promise.all(streams.map((port) => streamLines(job, port, end)))
    } else if (job.perSecond === undefined) await closedLoops(job, end)
    else await openLoop(job, job.perSecond, end)

    const counted = seen.filter((one) => one.at >= begin + job.seconds * 100)
    const inTime = counted.filter((one) => isAccepted(one) && one.at <= end)
    const acceptedMs = msOf(counted.filter(isAccepted))
    const refused = counted.filter(isRefused)
    const others = Object.groupBy(
      counted.filter((one) => !isAccepted(one) && !isRefused(one)),
      ({ status }) => status,
    )
    const loaded: Loaded = {
      perSecond: Math.round(inTime.length / (job.seconds * 0.9)),
      p50Ms: acceptedMs(0.5),
      p99Ms: acceptedMs(0.99),
      worstMs: acceptedMs(1),
      refused: refused.length,
      refusedP99Ms: msOf(refused)(0.99),
      refusedWithoutRetryAfter: refused.filter(({ saysWhen }) => !saysWhen).length,
      unsent,
      others: Object.fromEntries(Object.entries(others).map(([status, some = []]) => [status, some.length])),
    }
    process.send?.(loaded, () => process.exit(0))
  })()
})
