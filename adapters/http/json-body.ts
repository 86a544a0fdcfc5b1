import type { Request, RequestHandler } from 'express'
import { jsonOf } from '@reprise/core/json-text.ts'
import { callerOf } from '@reprise/core/caller.ts'
import { Problem } from '@reprise/core/problem.ts'
import { announcedBytes, askForBody, readBody } from './large-body.ts'

/** Bodies are read of known callers alone: whoever could send them without a token could fill the memory with them. */
export const bodiesOfCallers: RequestHandler = (request, response, next) => {
  if (announcedBytes(request.headers) > 0) callerOf(response.locals)
  next()
}

/** Reads a JSON body into `request.body`; leaves it undefined where there is none. */
export const jsonBody =
  (bytesMax: number): RequestHandler =>
  async (request, response, next) => {
    if (announcedBytes(request.headers) > 0) {
      refuseOtherTypes(request)
      askForBody(request, response)
      request.body = jsonOf(await readBody(request, bytesMax))
    }
    next()
  }

const refuseOtherTypes = ({ headers }: Request): void => {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';')
  const charset = parameters.map((parameter) => parameter.trim()).find((each) => each.startsWith('charset='))
  const encoding = headers['content-encoding'] ?? 'identity'
  if (type.trim() !== 'application/json')
    throw unsupported(`send Content-Type: application/json, not ${type.trim() || 'nothing'}`)
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset))
    throw unsupported(`send the body as UTF-8, not ${charset.slice('charset='.length)}`)
  if (encoding !== 'identity') throw unsupported('send the body without Content-Encoding')
}

const unsupported = (detail: string) => new Problem('unsupported-media-type', detail)
