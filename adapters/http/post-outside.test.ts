import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { OutsideRefused } from '@reprise/core/ports/outside.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'
import { postOutside } from './post-outside.ts'

const received: { readonly headers: IncomingMessage['headers']; readonly body: unknown }[] = []
const receiver = createServer((request, response) => {
  void text(request).then((body) => {
    received.push({ headers: request.headers, body: JSON.parse(body) })
    const status = Number(request.url?.slice(1))
    if (status === 0) return
    response.writeHead(status).end('said')
  })
})
let address = ''

beforeAll(async () => {
  await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening))
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
})
afterAll(() => {
  receiver.closeAllConnections()
  receiver.close()
})

const post = (path: string, timeoutMs = 30_000) =>
  postOutside({
    url: address + path,
    headers: { 'x-from': 'us' },
    body: { a: 1 },
    idempotencyKey: 'event-1',
    timeoutMs,
  })

test('what is taken is taken once, as JSON with its id', async () => {
  await post('/204')
  expect(received.at(-1)).toMatchObject({
    headers: { 'x-from': 'us', 'idempotency-key': 'event-1', 'content-type': 'application/json' },
    body: { a: 1 },
  })
})

test.each([408, 425, 429, 500, 503])('%d may pass', (status) =>
  expect(post(`/${status}`)).rejects.toThrow(StoreUnavailable),
)

test.each([400, 404, 422])('%d will not', (status) =>
  expect(post(`/${status}`)).rejects.toThrow(OutsideRefused),
)

test('silence may pass, and so may nobody there', async () => {
  await expect(post('/0', 50)).rejects.toThrow(StoreUnavailable)
  const nobody = { url: 'http://127.0.0.1:1/', headers: {}, body: {}, idempotencyKey: 'x', timeoutMs: 1_000 }
  await expect(postOutside(nobody)).rejects.toThrow(/does not answer/)
})
