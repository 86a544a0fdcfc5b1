import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

/** For tests: a PostgreSQL that lets everybody in; what it does when it is asked something is the test's. */
export const startFakePostgres = async (onAsked: (socket: Socket) => void) => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', [0, 0, 0, 0]), message('Z', [73])]))
      socket.on('data', () => onAsked(socket))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    address: `postgres://reprise@127.0.0.1:${(server.address() as AddressInfo).port}/reprise`,
    close: async (): Promise<void> => {
      for (const socket of sockets) socket.destroy()
      await once(server.close(), 'close')
    },
  }
}

const message = (type: string, body: readonly number[]): Buffer =>
  Buffer.from([type.charCodeAt(0), 0, 0, 0, body.length + 4, ...body])
