import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { type HttpService, startHttpService } from './http-service.ts'

let service: HttpService
beforeAll(async () => {
  service = await startHttpService({
    service: 'test',
    host: '127.0.0.1',
    port: 0,
    logger: quiet,
    corsOrigins: [],
    routers: [],
    ready: () => undefined,
  })
})
afterAll(() => service.close(100))

/** All that comes back for some bytes until the connection ends. */
const answersTo = (sent: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(service.port, '127.0.0.1')
    let text = ''
    socket.on('data', (bytes) => (text += bytes.toString('latin1')))
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
    socket.write(Buffer.from(sent, 'latin1'))
  })

it.each([
  ['headers that are too large', `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(16_400)}\r\n\r\n`, 413],
  ['a path that is too long', `GET /healthz?${'a'.repeat(16_400)} HTTP/1.1\r\nHost: x\r\n\r\n`, 413],
  ['a path that is not ASCII', 'GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['a header without a colon', 'GET /healthz HTTP/1.1\r\nHost: x\r\nnonsense\r\n\r\n', 400],
  ['what is no HTTP', 'nonsense\r\n\r\n', 400],
])('%s: a problem that says what to do', async (_what, sent, status) => {
  const [head = '', body = ''] = (await answersTo(sent)).split('\r\n\r\n')
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [A-Z]`))
  expect(head).toContain('Content-Type: application/problem+json')
  expect(JSON.parse(body)).toMatchObject({ status, detail: expect.stringMatching(/send|mend/) })
})

it('answers nothing after the refusal', async () => {
  const text = await answersTo('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nnonsense\r\n\r\n')
  expect(text).not.toMatch(/^HTTP\/1\.1 400[^]*HTTP\/1\.1 200/)
})
