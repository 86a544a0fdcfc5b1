import type { Server as HttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'

/** Where a server listens. */
export type Listening = {
  readonly port: number
  /** Takes no new connections; resolves when the last one has ended. */
  readonly close: () => Promise<void>
}

type Address = { readonly service: string; readonly host: string; readonly port: number }

/** So many sockets listen on one port, where the system lets them. */
const socketsMax = 32

/**
 * Listens with several sockets on one port. Node takes one new connection per listening socket and turn of its event loop
 * (libuv, pull request 3696), and under load a turn is 50 to 100 ms: with one socket, 20 connections a second come in,
 * and the others wait for half a minute. @throws when the port is taken
 */
export const listen = async (
  server: HttpServer,
  address: Address,
  connectionsMax: number,
): Promise<Listening> => {
  if (address.port !== 0) await refuseTaken(address)
  const canShare = await begin(server, address, true).then(
    () => true,
    () => begin(server, address, false).then(() => false),
  )
  const port = portOf(server)
  const others = Array.from({ length: canShare ? socketsMax - 1 : 0 }, () =>
    // As an HTTP server makes its own sockets.
    createServer({ allowHalfOpen: true, noDelay: true }, (socket) => server.emit('connection', socket)),
  )
  await Promise.all(others.map((other) => begin(other, { ...address, port }, true)))
  const all: readonly Server[] = [server, ...others]
  for (const one of all) one.maxConnections = Math.ceil(connectionsMax / all.length)
  return {
    port,
    close: async () => {
      await Promise.all(all.map(closed))
    },
  }
}

/** Sockets that share a port would share it with those of another process, too. */
const refuseTaken = async (address: Address): Promise<void> => {
  const probe = createServer()
  await begin(probe, address, false)
  await closed(probe)
}

const begin = (server: Server, { service, host, port }: Address, reusePort: boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'the port is taken by another process' : cause.message
      reject(new Error(`${service} can't listen on ${host}:${port}: ${reason}`, { cause }))
    }
    server.once('error', fail)
    server.listen({ port, host, reusePort }, () => {
      server.off('error', fail)
      resolve()
    })
  })

const portOf = (server: Server): number => {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port')
  return address.port
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
  })
