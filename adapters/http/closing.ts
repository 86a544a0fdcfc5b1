import type { Server } from 'node:http'

/** Closes a server without cutting answers that are under way. */
export const createClosing = (server: Server) => {
  let closed: Promise<void> | undefined
  server.prependListener('request', (_request, response) => {
    if (closed) response.setHeader('Connection', 'close')
  })
  const close = (withinMs: number) =>
    new Promise<void>((resolve) => {
      // A connection that was busy when closing began becomes idle later, and nobody else would close it then.
      const sweep = setInterval(() => {
        server.closeIdleConnections()
      }, 50)
      const cut = setTimeout(() => {
        server.closeAllConnections()
      }, withinMs)
      server.close(() => {
        clearInterval(sweep)
        clearTimeout(cut)
        resolve()
      })
    })
  return {
    begun: () => closed !== undefined,
    close: (withinMs = 10_000): Promise<void> => (closed ??= close(withinMs)),
  }
}
