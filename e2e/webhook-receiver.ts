import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'

/** A request as it came in. */
export type Told = { readonly key: string; readonly body: unknown }

/** What a receiver does with a request, once it has taken it. */
export type Reply = (response: ServerResponse) => void

/** Takes it, and says so. */
export const accepts: Reply = (response) => response.writeHead(204).end()

/** Somebody else's server, which an effect tells. */
export type Receiver = {
  readonly url: string
  /** Every request that came in, in order, repetitions included. */
  readonly told: readonly Told[]
  /** Replies in this way from now on. */
  readonly reply: (how: Reply) => void
  /** Nobody listens from now on. */
  readonly goDown: () => Promise<void>
  /** Listens again, where it did. */
  readonly comeBack: () => Promise<void>
}

/** Starts a receiver that accepts. */
export const startReceiver = async (): Promise<Receiver> => {
  const told: Told[] = []
  let how = accepts
  let server: Server
  const listen = async (port: number) => {
    server = createServer((request, response) => {
      void json(request).then((body) => {
        told.push({ key: String(request.headers['idempotency-key']), body })
        how(response)
      })
    })
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const port = await listen(0)
  return {
    url: `http://127.0.0.1:${port}/told`,
    told,
    reply: (reply) => (how = reply),
    goDown: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
    comeBack: async () => void (await listen(port)),
  }
}
