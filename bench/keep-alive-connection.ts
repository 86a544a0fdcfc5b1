import { connect } from 'node:net'

/** What came back. */
export type Received = { readonly status: number; readonly head: string }

/** One keep-alive connection, one request at a time. */
export type Connection = {
  /** Status 0 where the connection broke. */
  readonly send: (request: Buffer) => Promise<Received>
  readonly isOpen: () => boolean
  readonly close: () => void
}

const endOfHead = Buffer.from('\r\n\r\n')

/**
 * The least that HTTP needs, so that who measures takes little of the machine from who is measured: answers have a
 * Content-Length, or no body.
 */
export const createConnection = (port: number): Connection => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  let received: Buffer = Buffer.alloc(0)
  let answered: ((answer: Received) => void) | undefined
  const finish = (answer: Received) => {
    const tell = answered
    answered = undefined
    received = Buffer.alloc(0)
    tell?.(answer)
  }
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    const headEnd = received.indexOf(endOfHead)
    if (headEnd < 0) return
    const head = received.toString('latin1', 0, headEnd)
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
    if (received.length >= headEnd + 4 + length) finish({ status: Number(head.slice(9, 12)), head })
  })
  const gone = () => {
    finish({ status: 0, head: '' })
  }
  socket.on('error', gone).on('close', gone)
  return {
    send: (request) =>
      new Promise((resolve) => {
        answered = resolve
        if (socket.destroyed) gone()
        else socket.write(request)
      }),
    isOpen: () => !socket.destroyed,
    close: () => socket.destroy(),
  }
}
