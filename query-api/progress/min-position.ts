import type { Request } from 'express'
import { type Position, positionsOf } from '@reprise/core/position.ts'
import { Problem } from '@reprise/core/problem.ts'
import { newestOf } from '../shown-positions.ts'

/** How new an answer must be, the newest position of each partition, and how long its request waits for that. */
export type MinPosition = { readonly positions: readonly Position[]; readonly waitMs: number }

const waitMsByDefault = 2_000
const waitMsMax = 30_000

/**
 * Reads `Reprise-Min-Position` (or `?minPosition=`, for clients that can't send headers) and `Reprise-Max-Wait`:
 * milliseconds, or seconds with an `s`.
 * @throws {BadPosition} @throws {Problem} `bad-header`
 */
export const minPositionOf = (request: Request): MinPosition => {
  const given = [request.get('reprise-min-position'), request.query['minPosition']].flat()
  return {
    positions: newestOf(positionsOf(given.filter((text) => typeof text === 'string').join(','))),
    waitMs: waitMsOf(request.get('reprise-max-wait')),
  }
}

const waitMsOf = (text: string | undefined): number => {
  if (text === undefined) return waitMsByDefault
  const [, amount, unit] = /^(\d{1,6}(?:\.\d{1,3})?) ?(ms|s)?$/.exec(text.trim()) ?? []
  const waitMs = Number(amount) * (unit === 's' ? 1_000 : 1)
  if (!(waitMs <= waitMsMax))
    throw new Problem('bad-header', 'send Reprise-Max-Wait as milliseconds (500) or seconds (2s), up to 30s')
  return waitMs
}
