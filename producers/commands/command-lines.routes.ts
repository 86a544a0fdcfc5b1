import { type Request, type Response, Router } from 'express'
import { callerOf } from '@reprise/core/caller.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { Problem } from '@reprise/core/problem.ts'
import { stoppingOf } from '@reprise/core/stopping.ts'
import { toldProblemOf } from '@reprise/core/told-problem.ts'
import { readChunks, type ReadingEnd } from './body-chunks.ts'
import type { CommandHandler } from './command-handler.ts'
import { answerLineOf, createDispatch, readLine } from './command-line.ts'
import { createLineSplitter, type Line } from './line-splitter.ts'
import { createOrderedAnswers } from './ordered-answers.ts'
import { createRoom } from './room.ts'

/** What the route needs of the world. */
export type CommandLinesOptions = {
  readonly handlers: readonly CommandHandler[]
  readonly logger: Logger
  /** A client that neither sends nor takes its answers for so long is given up; a minute if not given. */
  readonly silenceMsMax?: number
}

const mediaType = 'application/x-ndjson'
const lineBytesMax = 1024 * 1024
/** So many requests like this are open at once. */
const streamsMax = 64
/** Of one request: read, and the answer not yet written. */
const ofOneRequest = { count: 2_000, bytes: 4 * 1024 * 1024 }
/** Of all of them: read, and not yet decided. Below what one partition lets wait, so that none is refused for it. */
const ofAll = { count: 4_000, bytes: 64 * 1024 * 1024 }

/**
 * POST /v1/commands: commands as lines, answers as lines in the same order, both streaming. Commands are submitted in
 * the order of their lines, each is answered by itself, and reading stops while the client doesn't read.
 */
export const commandLinesRoutes = (options: CommandLinesOptions): Router => {
  const { handlers, logger, silenceMsMax = 60_000 } = options
  const dispatch = createDispatch(handlers)
  const shared = createRoom(ofAll)
  let streams = 0

  const handleLine = async ({ number, bytes }: Line, actorId: string): Promise<string> => {
    let key: string | undefined
    try {
      if (bytes === 'too-large') throw lineTooLarge()
      const line = readLine(bytes)
      key = line.idempotencyKey
      return answerLineOf(number, key, await dispatch(line, actorId))
    } catch (error) {
      return answerLineOf(number, key, { problem: toldProblemOf(error, logger, { line: number }) })
    }
  }

  const answerLines = async (request: Request, response: Response): Promise<void> => {
    const { userId } = callerOf(response.locals)
    const own = createRoom(ofOneRequest)
    const answers = createOrderedAnswers({ write: writing(response, silenceMsMax), onWritten: own.give })
    const splitter = createLineSplitter(lineBytesMax)
    const begin = async (line: Line): Promise<void> => {
      const size = line.bytes === 'too-large' ? 0 : line.bytes.length
      for (const room of [own, shared]) await room.take(size)
      // Nobody is there to hear of it any more.
      if (response.destroyed) {
        for (const room of [own, shared]) room.give(size)
        return
      }
      const tell = answers.reserve(size)
      void handleLine(line, userId).then((text) => {
        shared.give(size)
        tell(text)
      })
    }

    const chunks = readChunks(request, { stopping: stoppingOf(response.locals), silenceMsMax })
    let read = await chunks.next()
    for (; !read.done; read = await chunks.next())
      for (const line of splitter.push(read.value)) await begin(line)
    if (read.value === 'ended') for (const line of splitter.finish()) await begin(line)
    const problem = problemOf(read.value)
    if (problem) answers.reserve(0)(answerLineOf(splitter.next(), undefined, { problem }))
    await answers.allWritten()
    response.end()
  }

  const post = async (request: Request, response: Response): Promise<void> => {
    callerOf(response.locals)
    refuseOtherTypes(request)
    if (streams >= streamsMax)
      throw new Problem('overloaded', `${streamsMax} requests like this are open; nothing was done`)
    // Every line has a key of its own.
    response.removeHeader('Idempotency-Key')
    if (request.headers.expect !== undefined) response.writeContinue()
    response.status(200).setHeader('Content-Type', mediaType).setHeader('Cache-Control', 'no-store')
    response.flushHeaders()
    streams++
    await answerLines(request, response).finally(() => streams--)
  }
  return Router().post('/v1/commands', post)
}

const refuseOtherTypes = ({ headers }: Request): void => {
  const [type = ''] = (headers['content-type'] ?? '').toLowerCase().split(';')
  if (type.trim() !== mediaType)
    throw new Problem(
      'unsupported-media-type',
      `send Content-Type: ${mediaType}, not ${type.trim() || 'nothing'}`,
    )
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    throw new Problem('unsupported-media-type', 'send the body without Content-Encoding')
}

const lineTooLarge = () =>
  new Problem('too-large', `the line is longer than ${lineBytesMax} bytes; send it as several commands`, {
    facts: { bytesMax: lineBytesMax },
  })

/** What the client must be told when not all of its lines were read: the last answer, with the number of the next line. */
const problemOf = (end: ReadingEnd): Problem | undefined => {
  if (end === 'stopping')
    return new Problem(
      'not-ready',
      'the service is stopping; from this line on nothing was read, send it again',
    )
  return end === 'silent'
    ? new Problem('too-slow', 'nothing came for too long; from this line on send it in another request')
    : undefined
}

/** Writes to a client, and waits for it where it doesn't read. Whoever doesn't for too long is cut off. */
const writing = (response: Response, silenceMsMax: number) => (text: string) =>
  response.destroyed || response.write(text) ? undefined : drained(response, silenceMsMax)

const drained = (response: Response, withinMs: number): Promise<void> =>
  new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      response.off('drain', finish).off('close', finish)
      resolve()
    }
    const timer = setTimeout(() => response.destroy(), withinMs)
    response.once('drain', finish).once('close', finish)
  })
