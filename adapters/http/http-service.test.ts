import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { Router } from 'express'
import { Problem } from '@reprise/core/problem.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { type HttpService, startHttpService } from './http-service.ts'

const logged: string[] = []
const write = (facts: object, message: string) => void logged.push(JSON.stringify(facts) + message)
const logger = { debug: () => undefined, info: () => undefined, warn: write, error: write }

const authenticate = async (authorization: string | undefined) => {
  if (authorization === undefined) return undefined
  if (authorization === 'Bearer good') return { userId: 'ann', roles: [] }
  throw new Problem('unauthenticated', 'the token does not hold')
}

const routes = (): Router => {
  const router = Router()
  router.get('/v1/things/:id', (request, response) => void response.json({ id: request.params.id }))
  router.post('/v1/things', (request, response) => void response.json({ got: request.body as unknown }))
  router.get('/v1/broken', () => {
    throw new Error('the secret inner workings')
  })
  router.get('/v1/storeless', () => {
    throw new StoreUnavailable('cassandra is down')
  })
  router.get('/v1/slow', async (_request, response) => {
    slow.begun.resolve(undefined)
    await slow.ended.promise
    response.json({ slow: true })
  })
  return router
}

const slow = { begun: Promise.withResolvers<undefined>(), ended: Promise.withResolvers<undefined>() }

let service: HttpService
let url: string
let reason: string | undefined

beforeEach(async () => {
  reason = undefined
  Object.assign(slow, {
    begun: Promise.withResolvers<undefined>(),
    ended: Promise.withResolvers<undefined>(),
  })
  logged.length = 0
  const options = {
    service: 'test',
    host: '127.0.0.1',
    port: 0,
    logger,
    corsOrigins: ['https://app.example'],
  }
  service = await startHttpService({ ...options, routers: [routes()], authenticate, ready: () => reason })
  url = `http://127.0.0.1:${service.port}`
})
afterEach(() => service.close(100))

const post = (
  body: string | Buffer,
  headers: Record<string, string> = { 'Content-Type': 'application/json', authorization: 'Bearer good' },
) => fetch(`${url}/v1/things`, { method: 'POST', body, headers })

describe('problems', () => {
  it.each([
    ['an unknown path', 'GET', '/v1/nothing', {}, undefined, 404, 'not-found'],
    ['a wrong method', 'PUT', '/v1/things', {}, undefined, 405, 'method-not-allowed'],
    ['a bad percent escape', 'GET', '/v1/things/%zz', {}, undefined, 422, 'invalid-request'],
    [
      'a bad token',
      'GET',
      '/v1/things/1',
      { authorization: 'Bearer bad' },
      undefined,
      401,
      'unauthenticated',
    ],
    [
      'another media type',
      'POST',
      '/v1/things',
      { 'content-type': 'text/plain' },
      '{}',
      415,
      'unsupported-media-type',
    ],
    ['no media type', 'POST', '/v1/things', { 'content-type': '' }, '{}', 415, 'unsupported-media-type'],
    [
      'another charset',
      'POST',
      '/v1/things',
      { 'content-type': 'application/json; charset=latin1' },
      '{}',
      415,
      'unsupported-media-type',
    ],
    [
      'half a JSON text',
      'POST',
      '/v1/things',
      { 'content-type': 'application/json' },
      '{"a": 1,\n "b" 2}',
      400,
      'bad-json',
    ],
    [
      'a cut JSON text',
      'POST',
      '/v1/things',
      { 'content-type': 'application/json' },
      '{"a":',
      400,
      'bad-json',
    ],
    [
      '__proto__',
      'POST',
      '/v1/things',
      { 'content-type': 'application/json' },
      '[{"\\u005f_proto__":{}}]',
      422,
      'invalid-request',
    ],
    ['a fault of ours', 'GET', '/v1/broken', {}, undefined, 500, 'internal'],
    ['a store that is down', 'GET', '/v1/storeless', {}, undefined, 503, 'not-ready'],
  ])('%s is a problem document', async (_name, method, path, headers, body, status, code) => {
    const answer = await fetch(url + path, {
      method,
      headers: { ...(body !== undefined && { authorization: 'Bearer good' }), ...headers },
      ...(body !== undefined && { body }),
    })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({ code, status, type: `urn:reprise:problem:${code}` })
    expect(answer.headers.has('retry-after')).toBe(status >= 500)
  })

  it('says where JSON breaks, and repeats nothing of it', async () => {
    const problem = (await (await post('{"a": 1,\n "secret" 2}')).json()) as Record<string, unknown>
    expect(problem).toMatchObject({ line: 2, column: 11, position: 19 })
    expect(JSON.stringify(problem)).not.toContain('secret')
  })

  it('keeps inner workings to the log, under the request id that the client is told', async () => {
    const problem = (await (await fetch(`${url}/v1/broken`)).json()) as { requestId: string }
    expect(JSON.stringify(problem)).not.toContain('secret')
    expect(logged.join()).toContain(problem.requestId)
  })

  it('names the methods of a path', async () => {
    const answer = await fetch(`${url}/v1/things/1`, { method: 'DELETE' })
    expect(answer.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
  })

  it('challenges a bad token', async () => {
    const answer = await fetch(`${url}/v1/things/1`, { headers: { authorization: 'Bearer bad' } })
    expect(answer.headers.get('www-authenticate')).toContain('invalid_token')
  })
})

describe('large bodies', () => {
  const large = Buffer.alloc(10 * 1024 * 1024, 0x20)

  // A client that stands still for a while reads its refusal all the same: nothing is cut off meanwhile.
  beforeEach(() => {
    const { setTimeout } = globalThis
    const later = (call: () => void, ms = 0) => setTimeout(call, ms + 60_000)
    jest.spyOn(globalThis, 'setTimeout').mockImplementation(later)
  })
  afterEach(() => {
    jest.restoreAllMocks()
  })

  it('refuses one by its length, and the client receives the refusal', async () => {
    for (let time = 0; time < 5; time++) {
      const answer = await post(large)
      expect(answer.status).toBe(413)
      expect(await answer.json()).toMatchObject({ code: 'too-large' })
    }
  })

  it('refuses one that does not tell its length', async () => {
    const body = new ReadableStream({
      pull: (controller) => {
        controller.enqueue(large.subarray(0, 256 * 1024))
      },
    })
    const headers = { 'Content-Type': 'application/json', authorization: 'Bearer good' }
    const answer = await fetch(`${url}/v1/things`, {
      method: 'POST',
      body,
      headers,
      duplex: 'half',
    })
    expect(answer.status).toBe(413)
  })

  it('never asks for one that waits to be asked', async () => {
    const heard = await new Promise<string>((resolve) => {
      const socket = connect(service.port, '127.0.0.1', () => {
        socket.write(
          'POST /v1/things HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nContent-Type: application/json\r\nContent-Length: 10485760\r\nExpect: 100-continue\r\n\r\n',
        )
      })
      socket.once('data', (data) => {
        resolve(data.toString())
        socket.destroy()
      })
    })
    expect(heard).toMatch(/^HTTP\/1.1 413 /)
  })

  it('takes one of exactly the limit', async () => {
    const text = JSON.stringify('x'.repeat(1024 * 1024 - 2))
    expect((await post(text)).status).toBe(200)
  })
})

describe('the shell', () => {
  it('reads JSON and keeps values that look like a prototype', async () => {
    expect(await (await post('{"name":"__proto__"}')).json()).toEqual({ got: { name: '__proto__' } })
  })

  it('tells life from readiness', async () => {
    reason = 'still reading'
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    const answer = await fetch(`${url}/readyz`)
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({ code: 'not-ready', detail: 'still reading' })
    reason = undefined
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
  })

  it('measures requests by route pattern', async () => {
    await fetch(`${url}/v1/things/17`)
    const text = await (await fetch(`${url}/metrics`)).text()
    expect(text).toContain('route="/v1/things/:id",status="200"')
    expect(text).not.toContain('/v1/things/17')
    expect(text).toContain('process_cpu_seconds_total')
  })

  it('lets configured origins in and no others', async () => {
    const from = (origin: string) => fetch(`${url}/v1/things/1`, { headers: { origin } })
    const known = (await from('https://app.example')).headers
    expect(known.get('access-control-allow-origin')).toBe('https://app.example')
    expect(known.get('access-control-expose-headers')).toContain('Reprise-Position')
    expect((await from('https://evil.example')).headers.has('access-control-allow-origin')).toBe(false)
  })

  it('says nothing of its make', async () => {
    expect((await fetch(`${url}/v1/things/1`)).headers.has('x-powered-by')).toBe(false)
  })

  it('finishes what is in flight when it closes, and takes nothing new', async () => {
    const answer = fetch(`${url}/v1/slow`)
    await slow.begun.promise
    const closed = service.close(50_000)
    slow.ended.resolve(undefined)
    expect(await (await answer).json()).toEqual({ slow: true })
    await closed
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  })

  it('cuts what does not finish in time', async () => {
    const answer = fetch(`${url}/v1/slow`).then(
      () => 'answered',
      () => 'cut',
    )
    await slow.begun.promise
    await service.close(50)
    expect(await answer).toBe('cut')
  })

  it('names a port that is taken', async () => {
    const options = { service: 'second', host: '127.0.0.1', port: service.port, logger, corsOrigins: [] }
    await expect(startHttpService({ ...options, routers: [], ready: () => undefined })).rejects.toThrow(
      /second.*taken/,
    )
  })
})
