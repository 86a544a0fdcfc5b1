import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { EventTopic } from '@reprise/schemas/topics.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import type { Command, Outcome } from '../write-path/command.ts'
import { Moved } from '../write-path/pending-commands.ts'
import {
  beatMs,
  failureOf,
  type ForwardedAnswer,
  type ForwardedCommand,
  forwardingPath,
  lineBytesMax,
} from './forwarded-command.ts'
import { createLineSplitter, createLineWriter } from './lines.ts'
import { createMovedStreams } from './moved-streams.ts'

/** What takes the commands of a topic: a `CommandLog`. */
export type ForwardedCommands = {
  readonly submitHere: (command: Command<never>) => Promise<Outcome>
}

/** Where and for whom to listen. */
export type ForwardingListenerOptions = {
  readonly host: string
  /** Whoever knows it is one of us. */
  readonly secret: string
  /** Undefined before the topic's commands can be taken. */
  readonly commandsOf: (topic: EventTopic) => ForwardedCommands | undefined
  readonly logger: Logger
}

/** What listens for the commands that other processes forward. */
export type ForwardingListener = { readonly port: number; readonly close: () => Promise<void> }

/** So many commands of one connection are under way; the next are read when the peer has taken some answers. */
const underWayMax = 10_000

/** Takes forwarded commands on a port of its own, one request per peer, and answers each when its outcome is known. */
export const startForwardingListener = async (
  options: ForwardingListenerOptions,
): Promise<ForwardingListener> => {
  const isSecret = secretCheckOf(options.secret)
  // A peer's request lasts for as long as the peer.
  const server = createServer({ requestTimeout: 0, headersTimeout: 10_000 }, (request, response) => {
    if (request.method !== 'POST' || request.url !== forwardingPath) refuse(response, 404)
    else if (!isSecret(request.headers.authorization)) refuse(response, 401)
    else void serve(request, response, options)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, options.host, resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const refuse = (response: ServerResponse, status: number): void => {
  response.writeHead(status, { connection: 'close' }).end()
}

/** Takes as long for a wrong secret as for the right one. */
const secretCheckOf = (secret: string) => {
  const digestOf = (text: string) => createHash('sha256').update(text).digest()
  const expected = digestOf(`Bearer ${secret}`)
  return (authorization: string | undefined) => timingSafeEqual(digestOf(authorization ?? ''), expected)
}

const serve = async (
  request: IncomingMessage,
  response: ServerResponse,
  options: ForwardingListenerOptions,
): Promise<void> => {
  const lines: string[] = []
  const movedStreams = createMovedStreams()
  let underWay = 0
  let wake: (() => void) | undefined
  const { flush } = createLineWriter(response, (count) => {
    wake?.()
    return lines.splice(0, count)
  })
  const answer = (text: string) => {
    lines.push(text)
    flush()
  }
  const take = async (forwarded: ForwardedCommand): Promise<void> => {
    underWay++
    const told = movedStreams.isBehind(forwarded)
      ? failureOf(forwarded.n, new Moved(false))
      : await answerTo(forwarded, options)
    if ('moved' in told) movedStreams.add(forwarded)
    answer(JSON.stringify(told))
    underWay--
  }
  const room = async (): Promise<void> => {
    while (underWay + lines.length >= underWayMax) await new Promise<void>((resolve) => (wake = resolve))
  }

  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  response.flushHeaders()
  const beat = setInterval(() => lines.length === 0 && answer(''), beatMs)
  try {
    const split = createLineSplitter(lineBytesMax)
    for await (const chunk of request)
      for (const line of split(chunk as Buffer)) {
        await room()
        void take(JSON.parse(line) as ForwardedCommand)
      }
    response.end()
  } catch (reason) {
    options.logger.debug({ reason: String(reason) }, 'a peer that forwards commands is gone')
    response.destroy()
  } finally {
    clearInterval(beat)
  }
}

const answerTo = async (
  { n, topic, command }: ForwardedCommand,
  { commandsOf, logger }: ForwardingListenerOptions,
): Promise<ForwardedAnswer> => {
  try {
    const commands = commandsOf(topic)
    if (commands === undefined) throw new Moved(false)
    return { n, outcome: await commands.submitHere(command as Command<never>) }
  } catch (reason) {
    const failure = failureOf(n, reason)
    if ('problem' in failure && failure.problem.code === 'internal')
      logger.error({ topic, reason }, 'a forwarded command failed')
    return failure
  }
}
