import { randomUUID } from 'node:crypto'
import { BadPosition } from './position.ts'
import type { Logger } from './ports/logger.port.ts'
import { StoreUnavailable } from './ports/store-failure.ts'
import { Problem } from './problem.ts'

/**
 * The problem that a client is told of, whatever was thrown. Nothing is told about our own failures but a request id,
 * under which the log has them with `facts`.
 */
export const toldProblemOf = (error: unknown, logger: Logger, facts: object): Problem => {
  if (error instanceof StoreUnavailable) logger.warn({ error }, 'a store did not answer')
  return knownProblemOf(error) ?? unexpected(error, logger, facts)
}

const knownProblemOf = (error: unknown): Problem | undefined => {
  if (error instanceof Problem) return error
  if (error instanceof BadPosition) return new Problem('bad-position', error.message)
  if (error instanceof URIError) return badPath()
  if (!(error instanceof StoreUnavailable)) return undefined
  const detail = 'a store that this needs does not answer now; try again'
  return new Problem('not-ready', detail, { cause: error })
}

/** The problem of a path with, say, a lone percent sign. */
export const badPath = (): Problem =>
  new Problem('invalid-request', 'the path has a malformed percent escape')

const unexpected = (error: unknown, logger: Logger, facts: object): Problem => {
  const requestId = randomUUID()
  logger.error({ error, requestId, ...facts }, 'a request failed')
  const detail = `quote request ${requestId} when you report this`
  return new Problem('internal', detail, { facts: { requestId }, cause: error })
}
