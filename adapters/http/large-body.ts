import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { RequestHandler } from 'express'
import { Problem } from '@reprise/core/problem.ts'

/** How long the rest of a refused body is thrown away, so that its sender can read the answer. */
const leftoverMs = 2_000

/** How long the body of a request is, as its headers tell: without end where they don't. */
export const announcedBytes = (headers: IncomingHttpHeaders): number =>
  headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity

/**
 * An answer may be sent while its request is still arriving. Cutting the connection at once would reset it and the
 * client would never see the answer; reading on for ever would let it keep us busy. So: for a bounded time.
 */
export const boundLeftover = (request: IncomingMessage, response: ServerResponse): void => {
  response.once('finish', () => {
    if (request.complete) return
    const cut = setTimeout(() => {
      request.socket.destroy()
    }, leftoverMs)
    cut.unref()
    request.once('close', () => {
      clearTimeout(cut)
    })
    request.resume()
  })
}

/** See {@link boundLeftover}. */
export const boundedLeftover: RequestHandler = (request, response, next) => {
  boundLeftover(request, response)
  next()
}

/** Refuses a body by its announced length, before any of it is read. */
export const refuseLargeBody =
  (bytesMax: number): RequestHandler =>
  (request, _response, next) => {
    if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax)
    next()
  }

/** How long a body may take to arrive. */
const arrivalMsMax = 30_000

/** A client that asked whether to send its body (`Expect: 100-continue`) is told to only by whoever reads it. */
export const askForBody = (request: IncomingMessage, response: ServerResponse): void => {
  if (request.headers.expect !== undefined) response.writeContinue()
}

/** The whole body. @throws {Problem} `too-large` as soon as there is more than `bytesMax` of it, `too-slow` */
export const readBody = (request: IncomingMessage, bytesMax: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const refuse = (problem: Problem) => {
      clearTimeout(timer)
      request.off('data', take)
      chunks.length = 0
      reject(problem)
    }
    const timer = setTimeout(() => {
      refuse(tooSlow())
    }, arrivalMsMax)
    const take = (chunk: Buffer) => {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes > bytesMax) refuse(tooLarge(bytesMax))
    }
    request.on('data', take)
    request.once('end', () => {
      clearTimeout(timer)
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
    })
    request.once('close', () => {
      if (!request.complete) refuse(new Problem('bad-json', 'the body ended early'))
    })
    request.once('error', reject)
  })

const tooSlow = () =>
  new Problem('too-slow', `the body took longer than ${arrivalMsMax / 1_000} s to arrive; nothing was done`)

const tooLarge = (bytesMax: number) =>
  new Problem('too-large', `the body is larger than ${bytesMax} bytes; send it in several requests`, {
    facts: { bytesMax },
  })
