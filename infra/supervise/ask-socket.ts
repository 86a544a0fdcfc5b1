import { connect } from 'node:net'

/** A conversation over one connection in which every answer starts with a header that tells its length. */
export type SocketTalk = {
  readonly port: number
  readonly signal: AbortSignal
  readonly headerBytes: number
  /** The length of what follows the header. */
  readonly bodyBytesOf: (header: Buffer) => number
  readonly requests: readonly Buffer[]
}

/** Sends the requests one after the other, each once the one before is answered; gives the answers with their headers. */
export function askSocket({
  port,
  signal,
  headerBytes,
  bodyBytesOf,
  requests,
}: SocketTalk): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const answers: Buffer[] = []
    let received = Buffer.alloc(0)
    const finish = (end: () => void): void => {
      signal.removeEventListener('abort', onAbort)
      socket.destroy()
      end()
    }
    const onAbort = (): void =>
      finish(() => reject(new Error(`port ${port} accepts connections and doesn't answer`)))
    const next = (): void => {
      const request = requests[answers.length]
      if (request === undefined) finish(() => resolve(answers))
      else socket.write(request)
    }
    signal.addEventListener('abort', onAbort)
    socket.on('error', (error) => finish(() => reject(error)))
    socket.on('close', () => finish(() => reject(new Error(`port ${port} closed the connection`))))
    socket.on('connect', next)
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length < headerBytes) return
      const length = headerBytes + bodyBytesOf(received)
      if (received.length < length) return
      answers.push(received.subarray(0, length))
      received = received.subarray(length)
      next()
    })
  })
}
