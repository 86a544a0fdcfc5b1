import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import { tokensOf } from '@reprise/core/position.ts'
import type { View } from '../progress/watermarks.ts'
import type { Shown } from '../query.ts'

/** Sends what is shown, or 304 where the client has it already. */
export const answer = (request: Request, response: Response, views: readonly View[], shown: Shown): void => {
  const text = JSON.stringify(shown.body)
  const etag = etagOf(views, shown.version, text)
  response.vary('Authorization').set('ETag', etag).set('Cache-Control', 'private, no-cache')
  if (shown.positions.length > 0 && shown.positions.length <= positionsMax)
    response.set('Reprise-Position', tokensOf(shown.positions))
  if (isHeld(request.get('if-none-match'), etag)) response.status(304).end()
  else response.status(200).type('application/json').send(text)
}

/** Where hundreds of partitions are added up, their tokens no longer fit into a header that every proxy takes. */
const positionsMax = 256

/** `"<streamVersion>-<hash>"`, or `"<hash>"` where no single stream is shown. The hash names the views' versions. */
const etagOf = (views: readonly View[], version: number | undefined, text: string): string => {
  const names = views.map((view) => `${view.name}/${view.version}`).join()
  const digest = createHash('sha256').update(names).update('\0').update(text).digest()
  const hash = digest.subarray(0, 12).toString('base64url')
  return version === undefined ? `"${hash}"` : `"${version}-${hash}"`
}

/** RFC 9110, If-None-Match: a list of tags, compared weakly, or a star. */
const isHeld = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)
