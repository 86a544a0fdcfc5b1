import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { createAdvertiser, type Frame } from './kafka-frames.ts'

/** The network between one process and the broker, in a test's hands. */
export type KafkaProxy = {
  /** What REPRISE_KAFKA of that process is. */
  readonly address: string
  /** Everything passes. What a stall held back goes on now, in its order. */
  readonly open: () => void
  /** Connections stay, nothing arrives: what is sent meanwhile is held back, and delivered late. */
  readonly stall: () => void
  /** Connections break, and new ones too. What was held back is lost. */
  readonly cut: () => void
  /** Holds every answer to this kind of request back for so long; 0 for no longer. */
  readonly delayAnswers: (apiKey: number, ms: number) => void
  readonly close: () => Promise<void>
}

/**
 * A proxy before one broker. Kafka clients connect to the address that the broker advertises, so a proxy that only
 * forwards bytes would be left after the first answer; this one puts its own port into the answers that carry broker
 * addresses, and nothing else is changed. It serves a cluster of one broker.
 */
export const createKafkaProxy = async (broker: string): Promise<KafkaProxy> => {
  const [host = '', port = ''] = broker.split(':')
  const delays = new Map<number, number>()
  const sockets = new Set<Socket>()
  let mode: 'open' | 'stalled' | 'cut' = 'open'
  let opened = Promise.withResolvers<undefined>()

  const server = createServer((client) => {
    if (mode === 'cut') {
      client.destroy()
      return
    }
    const upstream = connect(Number(port), host)
    const advertiser = createAdvertiser(Number(port), (server.address() as AddressInfo).port)
    join(client, upstream)
    forward(client, (chunk) => [advertiser.asked(chunk)], upstream)
    forward(upstream, advertiser.answered, client)
  })
  const join = (client: Socket, upstream: Socket) => {
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one.setNoDelay())
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  }
  /** Each direction in its order: a held back frame holds back those behind it. */
  const forward = (from: Socket, framesOf: (chunk: Buffer) => readonly Frame[], to: Socket) => {
    let last: Promise<unknown> = Promise.resolve()
    from.on('data', (chunk: Buffer) => {
      for (const { apiKey, bytes } of framesOf(chunk))
        last = last.then(async () => {
          const ms = apiKey === undefined ? 0 : (delays.get(apiKey) ?? 0)
          if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
          while (mode === 'stalled') await opened.promise
          if (!to.destroyed) to.write(bytes)
        })
    })
  }
  const change = (to: typeof mode) => {
    mode = to
    opened.resolve(undefined)
    opened = Promise.withResolvers<undefined>()
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    open: () => change('open'),
    stall: () => change('stalled'),
    cut: () => {
      change('cut')
      for (const socket of sockets) socket.destroy()
    },
    delayAnswers: (apiKey, ms) => void delays.set(apiKey, ms),
    close: async () => {
      change('cut')
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
