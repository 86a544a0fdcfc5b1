import type { Server } from 'node:http'

/** Closes a server without cutting answers that are under way. */
export const createClosing = (server: Server) => {
  const begun = new AbortController()
  let closed: Promise<void> | undefined
  server.prependListener('request', (_request, response) => {
    if (begun.signal.aborted) response.setHeader('Connection', 'close')
  })
  const close = async (stopListening: () => Promise<void>, withinMs: number) => {
    // A connection that was busy when closing began becomes idle later, and nobody else would close it then.
    const sweep = setInterval(() => {
      server.closeIdleConnections()
    }, 50)
    const cut = setTimeout(() => {
      server.closeAllConnections()
    }, withinMs)
    await stopListening()
    clearInterval(sweep)
    clearTimeout(cut)
  }
  return {
    /** Aborts when closing begins. */
    signal: begun.signal,
    close: (stopListening: () => Promise<void>, withinMs = 10_000): Promise<void> => {
      closed ??= close(stopListening, withinMs)
      begun.abort()
      return closed
    },
  }
}
