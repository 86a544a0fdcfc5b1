import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Problem } from '@reprise/core/problem.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { type HttpService, startHttpService } from './http-service.ts'

let service: HttpService
let handled: unknown[]
let sockets: Socket[]

beforeEach(async () => {
  handled = []
  sockets = []
  service = await startHttpService({
    service: 'test',
    host: '127.0.0.1',
    port: 0,
    logger: quiet,
    corsOrigins: ['https://app.example'],
    admits: { requestsMin: 1, requestsMax: 1, bodyBytesMax: 1_000 },
    authenticate: async (authorization) => {
      if (authorization === undefined) return undefined
      if (authorization === 'Bearer good') return { userId: 'ann', roles: [] }
      throw new Problem('unauthenticated', 'the token does not hold')
    },
    routers: [],
    direct: [
      {
        method: 'post',
        path: '/v1/things',
        handle: async ({ body }) => {
          handled.push(body)
          return body === undefined ? new Promise(() => undefined) : { status: 200, body: {} }
        },
      },
    ],
    ready: () => undefined,
  })
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  await service.close(50)
})

/** A connection of its own; `heard` resolves with all that came as soon as it fits. */
const connection = () => {
  const socket = connect(service.port, '127.0.0.1')
  sockets.push(socket)
  let text = ''
  let look: () => void = () => undefined
  socket.on('error', () => undefined)
  socket.on('data', (data) => {
    text += data.toString()
    look()
  })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const heard = (wanted: RegExp) =>
    new Promise<string>((resolve) => {
      look = () => {
        if (wanted.test(text)) resolve(text)
      }
      look()
    })
  return { send: (...lines: string[]) => socket.write(lines.join('\r\n')), heard, closed }
}

const post = 'POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json'

describe('the body of a request without a token is not waited for', () => {
  test.each([
    ['of a told length', 'Content-Length: 7'],
    ['in chunks', 'Transfer-Encoding: chunked'],
    ['of a browser', 'Origin: https://app.example\r\nContent-Length: 7'],
    ['too large', 'Content-Length: 10000000'],
  ])('%s', async (_name, headers) => {
    const { send, heard } = connection()
    send(post, headers, '', '')
    expect(await heard(/unauthenticated/)).toMatch(/^HTTP\/1.1 401 [^]*WWW-Authenticate: Bearer/)
    expect(handled).toEqual([])
  })

  test('and is thrown away when it comes; the connection takes the next request', async () => {
    const { send, heard } = connection()
    send(post, 'Content-Length: 7', '', '')
    await heard(/unauthenticated/)
    send(`{"a":1}${post}`, 'Authorization: Bearer good', 'Content-Length: 7', '', '{"b":2}')
    await heard(/HTTP\/1.1 200/)
    expect(handled).toEqual([{ b: 2 }])
  })

  test.each(['', 'Authorization: Bearer bad\r\n'])(
    'nor for ever when it does not come, with the headers "%s"',
    async (headers) => {
      const { send, heard, closed } = connection()
      send(post, `${headers}Content-Length: 7`, '', '')
      await heard(/unauthenticated/)
      await closed
    },
  )
})

describe('while there is no room', () => {
  beforeEach(async () => {
    const { send } = connection()
    send(post, 'Authorization: Bearer good', '', '')
    while (handled.length === 0) await new Promise((resolve) => setImmediate(resolve))
  })

  test('a browser hears why, and when to come back', async () => {
    const answer = await fetch(`http://127.0.0.1:${service.port}/v1/things`, {
      method: 'POST',
      headers: { origin: 'https://app.example' },
    })
    expect(answer.status).toBe(429)
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(answer.headers.get('access-control-expose-headers')).toContain('Retry-After')
  })

  test('a browser may ask all the same whether it may ask', async () => {
    const answer = await fetch(`http://127.0.0.1:${service.port}/v1/things`, {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-methods')).toContain('POST')
  })
})
