import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type HttpService, startHttpService } from '@reprise/adapters/http/http-service.ts'
import { Problem } from '@reprise/core/problem.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import type { CommandAnswer, CommandHandler, CommandRequest } from './command-handler.ts'
import { commandLinesRoutes } from './command-lines.routes.ts'
import { commandRoutes, fixKey } from './command-routes.ts'

type Taken = CommandRequest & {
  readonly answer: (answer: CommandAnswer) => void
  readonly fail: (reason: Error) => void
}

let service: HttpService
let taken: Taken[]
let next: (() => void) | undefined
let isAutomatic: boolean

/** Every request waits until the test answers it, unless it is automatic. */
const handler: CommandHandler = {
  method: 'post',
  path: '/v1/things/:id/edits',
  handle: (request) => {
    const { promise, resolve, reject } = Promise.withResolvers<CommandAnswer>()
    taken.push({ ...request, answer: resolve, fail: reject })
    next?.()
    if (isAutomatic) resolve({ status: 200, body: { id: request.params['id'], got: request.body } })
    return promise
  },
}

/** A client may be silent for so long. */
const start = (silenceMsMax: number): Promise<HttpService> => {
  const broken: CommandHandler = {
    method: 'put',
    path: '/v1/broken',
    handle: () => Promise.reject(new Error('the secret inner workings')),
  }
  const handlers = [handler, broken]
  return startHttpService({
    service: 'test',
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    logger: quiet,
    first: fixKey,
    authenticate: async () => ({ userId: 'ann', roles: [] }),
    routers: [],
    direct: commandRoutes(handlers),
    streaming: [commandLinesRoutes({ handlers, logger: quiet, silenceMsMax })],
    ready: () => undefined,
  })
}

beforeEach(async () => {
  taken = []
  next = undefined
  isAutomatic = true
  service = await start(60_000)
})
afterEach(() => service.close(100))

const url = () => `http://127.0.0.1:${service.port}/v1/commands`
const post = async (body: string, headers: Record<string, string> = {}) =>
  fetch(url(), { method: 'POST', body, headers: { 'content-type': 'application/x-ndjson', ...headers } })
const linesOf = async (response: Response) =>
  (await response.text())
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const edit = (id: unknown, more: object = {}) =>
  JSON.stringify({ method: 'POST', path: `/v1/things/${String(id)}/edits`, body: { id }, ...more })

/** A request whose body goes on, and whose answer is read as it comes. */
const open = async (): Promise<{ readonly sent: ClientRequest; readonly answer: IncomingMessage }> => {
  const sent = httpRequest(url(), { method: 'POST', headers: { 'content-type': 'application/x-ndjson' } })
  sent.on('error', () => undefined)
  sent.flushHeaders()
  const answer = await new Promise<IncomingMessage>((resolve) => sent.once('response', resolve))
  return { sent, answer }
}
const takenCount = (count: number) =>
  new Promise<void>((resolve) => {
    next = () => {
      if (taken.length >= count) resolve()
    }
    next()
  })

describe('commands as lines', () => {
  test('each has an outcome of its own, in the order of the lines, also where the line is no command', async () => {
    const lines = [
      edit('a', { idempotencyKey: 'key', ifMatch: '"7"' }),
      '{"method": "POST"',
      '',
      edit('b%20b'),
      '{"method":"GET","path":"/v1/things/a/edits"}',
      '{"method":"PUT","path":"/v1/things/a/edits"}',
      '{"method":"POST","path":"/v1/nothing"}',
      '{"method":"POST","path":"/v1/things/%zz/edits"}',
      edit('a', { idempotencyKey: 'a b' }),
      edit('a', { colour: 'red' }),
      '"text"',
      '{"method":"PUT","path":"/v1/broken"}',
      edit('é'),
    ]
    const response = await post(lines.join('\r\n'))
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    expect(response.headers.has('idempotency-key')).toBe(false)
    const answers = await linesOf(response)
    expect(
      answers.map(({ line, status, problem }) => [
        line,
        status,
        (problem as { code?: string } | undefined)?.code,
      ]),
    ).toEqual([
      [1, 200, undefined],
      [2, 400, 'bad-json'],
      [4, 200, undefined],
      [5, 422, 'invalid-request'],
      [6, 405, 'method-not-allowed'],
      [7, 404, 'not-found'],
      [8, 422, 'invalid-request'],
      [9, 400, 'bad-header'],
      [10, 422, 'invalid-request'],
      [11, 422, 'invalid-request'],
      [12, 500, 'internal'],
      [13, 200, undefined],
    ])
    expect(answers[0]).toEqual({
      line: 1,
      status: 200,
      idempotencyKey: 'key',
      body: { id: 'a', got: { id: 'a' } },
    })
    expect(answers[2]).toMatchObject({
      idempotencyKey: expect.stringMatching(/^[\da-f-]{36}$/),
      body: { id: 'b b' },
    })
    expect(answers[10]).toMatchObject({ retryAfter: 1 })
    expect(JSON.stringify(answers)).not.toContain('secret')
    expect(taken[0]).toMatchObject({
      method: 'POST',
      actorId: 'ann',
      key: 'key',
      ifMatch: '"7"',
      params: { id: 'a' },
    })
  })

  test('a refusal carries its problem, its etag and when to retry', async () => {
    isAutomatic = false
    const response = post(`${edit('a')}\n${edit('b')}\n${edit('c')}`)
    await takenCount(3)
    taken[0]?.answer({ problem: new Problem('version-mismatch', 'no'), etag: '"9"' })
    taken[1]?.fail(new Problem('overloaded', 'later'))
    taken[2]?.answer({ status: 201, etag: '"1"', position: 'p', location: '/v1/things/c' })
    expect(await linesOf(await response)).toMatchObject([
      { status: 412, etag: '"9"', problem: { code: 'version-mismatch', status: 412 } },
      { status: 429, retryAfter: 1, problem: { code: 'overloaded' } },
      { status: 201, etag: '"1"', position: 'p', location: '/v1/things/c' },
    ])
  })

  test('a line longer than a mebibyte is refused, and those around it are done', async () => {
    const long = edit('a', { body: 'x'.repeat(1024 * 1024) })
    const answers = await linesOf(await post([edit('a'), long, edit('c')].join('\n')))
    expect(answers.map(({ status }) => status)).toEqual([200, 413, 200])
  })

  test('ten thousand lines are taken in order and answered in order', async () => {
    const lines = Array.from({ length: 10_000 }, (_, nth) => edit(nth))
    const answers = await linesOf(await post(lines.join('\n')))
    expect(taken.map(({ params }) => Number(params['id']))).toEqual([...lines.keys()])
    expect(answers.map(({ line }) => line)).toEqual([...lines.keys()].map((at) => at + 1))
  })

  test('answers come while lines are still being sent, the first ones first', async () => {
    isAutomatic = false
    const { sent, answer } = await open()
    const answers = createInterface({ input: answer })[Symbol.asyncIterator]()
    sent.write(`${edit('a')}\n${edit('b')}\n`)
    await takenCount(2)
    taken[1]?.answer({ status: 200 })
    taken[0]?.answer({ status: 202 })
    expect(JSON.parse((await answers.next()).value as string)).toMatchObject({ line: 1, status: 202 })
    expect(JSON.parse((await answers.next()).value as string)).toMatchObject({ line: 2, status: 200 })
    sent.end(edit('c'))
    await takenCount(3)
    taken[2]?.answer({ status: 204 })
    expect(JSON.parse((await answers.next()).value as string)).toMatchObject({ line: 3, status: 204 })
    expect((await answers.next()).done).toBe(true)
  })

  test('no more than two thousand are under way, however many are sent', async () => {
    isAutomatic = false
    const response = post(Array.from({ length: 6_000 }, (_, nth) => edit(nth)).join('\n'))
    await takenCount(2_000)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(taken).toHaveLength(2_000)
    isAutomatic = true
    for (const { answer } of taken) answer({ status: 200 })
    expect(await linesOf(await response)).toHaveLength(6_000)
  })

  test('a client that goes away stops it', async () => {
    isAutomatic = false
    const { sent } = await open()
    const lines = Array.from({ length: 10_000 }, (_, nth) => edit(nth)).join('\n')
    sent.write(lines)
    await takenCount(2_000)
    sent.destroy()
    // What was taken is decided. The system tells of a lost connection on a write: until then one more window may begin.
    await new Promise((resolve) => setTimeout(resolve, 50))
    for (const { answer } of [...taken]) answer({ status: 200 })
    isAutomatic = true
    expect((await linesOf(await post(edit('other')))).length).toBe(1)
    expect(taken.length).toBeLessThanOrEqual(4_001)
  })

  test('when the service stops, what was read is answered, and the next line is named', async () => {
    const { sent, answer } = await open()
    sent.write(`${edit('a')}\n`)
    await takenCount(1)
    const closed = service.close(20_000)
    const lines: string[] = []
    for await (const line of createInterface({ input: answer })) lines.push(line)
    sent.destroy()
    await closed
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { line: 1, status: 200 },
      { line: 2, status: 503, problem: { code: 'not-ready' } },
    ])
  })

  test('a client that falls silent is told so', async () => {
    await service.close(100)
    service = await start(2_000)
    const { answer } = await open()
    const lines: string[] = []
    for await (const line of createInterface({ input: answer })) lines.push(line)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ line: 1, status: 408, problem: { code: 'too-slow' } })
  })

  test.each([
    [{ 'content-type': 'application/json' }, 415],
    [{ 'content-encoding': 'gzip' }, 415],
  ])('%j is %d', async (headers, status) => {
    const response = await post(edit('a'), headers)
    expect(response.status).toBe(status)
    expect(taken).toEqual([])
  })
})
