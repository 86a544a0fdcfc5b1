import { validate, version, v7 as uuidv7 } from 'uuid'
import type { Refusal } from '@reprise/core/decider.ts'
import { Problem } from '@reprise/core/problem.ts'
import { rememberedMs } from './command-ids.ts'

/** The longest key that is taken. */
export const keyLengthMax = 255

const aheadMsMax = 60_000

/** The key of a request: the client's, or a new one that every answer returns. @throws {Problem} `bad-header` */
export const idempotencyKeyOf = (header: string | undefined): string => {
  if (header === undefined) return uuidv7()
  if (header.length === 0 || header.length > keyLengthMax || !/^[\x21-\x7e]+$/.test(header))
    throw new Problem(
      'bad-header',
      `Idempotency-Key takes 1 to ${keyLengthMax} printable ASCII characters without spaces`,
    )
  return header
}

/**
 * Law 5: a key should be a UUIDv7. One more than a minute ahead or older than 24 hours is refused, since nobody could
 * say whether it was used before; any other key is looked up and forgotten after 24 hours.
 */
export const keyRefusalOf = (key: string, now: number): Refusal | undefined => {
  const at = keyTimeOf(key)
  if (at === undefined) return undefined
  if (at > now + aheadMsMax)
    return {
      refused: 'key-ahead',
      detail: 'the time in this UUIDv7 lies more than a minute ahead; set the clock and send a new key',
    }
  if (at < now - rememberedMs)
    return {
      refused: 'key-expired',
      detail:
        'this UUIDv7 is older than 24 hours, so a first use is forgotten; look at the state, then send a new key',
    }
  return undefined
}

/** The time that a UUIDv7 carries, milliseconds; undefined for any other key. */
export const keyTimeOf = (key: string): number | undefined =>
  validate(key) && version(key) === 7 ? Number.parseInt(key.slice(0, 8) + key.slice(9, 13), 16) : undefined
