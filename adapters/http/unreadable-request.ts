import { type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { Problem, problemDocument } from '@reprise/core/problem.ts'

/** Answers with a problem document, too, what never becomes a request because it can't be read as HTTP. */
export const answerUnreadable = (server: Server): void => {
  const answers = new WeakMap<Duplex, ServerResponse>()
  server.on('request', ({ socket }, response) => answers.set(socket, response))
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const begun = answers.get(socket)
    const isAnswering = begun !== undefined && begun.headersSent && !begun.writableFinished
    if (!socket.writable || isAnswering || error.code === 'ECONNRESET') socket.destroy()
    else socket.end(textOf(problemOf(error)), () => socket.destroy())
  })
}

const problemOf = ({ code }: NodeJS.ErrnoException): Problem => {
  if (code === 'HPE_HEADER_OVERFLOW')
    return new Problem('too-large', 'path, query string and headers have more than 16 KiB; send less at once')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new Problem('too-slow', 'the headers took too long to arrive; send them at once')
  return new Problem(
    'bad-header',
    'this can not be read as HTTP/1.1: mend its first line and headers; in a path, %-escape what is not ASCII',
  )
}

const textOf = (problem: Problem): string => {
  const document = problemDocument(problem)
  const body = JSON.stringify(document)
  const headers = [
    `HTTP/1.1 ${document.status} ${STATUS_CODES[document.status] ?? ''}`,
    'Content-Type: application/problem+json',
    'Cache-Control: no-store',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(problem.retryAfterSeconds === undefined ? [] : [`Retry-After: ${problem.retryAfterSeconds}`]),
    'Connection: close',
  ]
  return `${headers.join('\r\n')}\r\n\r\n${body}`
}
