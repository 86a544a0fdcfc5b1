import { errors } from '@opensearch-project/opensearch'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'

/** A client's error: {@link StoreUnavailable} where OpenSearch can't answer now, else the error as it is. */
export const failureOf = (cause: unknown): Error => {
  if (cause instanceof StoreUnavailable) return cause
  const isNotNow =
    cause instanceof errors.ConnectionError ||
    cause instanceof errors.TimeoutError ||
    cause instanceof errors.NoLivingConnectionsError ||
    (cause instanceof errors.ResponseError && isPassing(cause.statusCode))
  if (isNotNow)
    return new StoreUnavailable(`OpenSearch does not answer: ${withRemedy(cause.message)}`, { cause })
  return cause instanceof Error ? cause : new Error(String(cause))
}

/** Also a missing index, which comes back when the projectors start again. */
const isPassing = (status: number): boolean => status === 404 || status === 429 || status >= 500

/** OpenSearch's words, and what to do where they say that an index is gone: nothing else makes it again. */
export const withRemedy = (reason: string): string =>
  /no such index|index_not_found/.test(reason)
    ? `${reason}. Projectors make a missing index, and fill it from the log, when they start: reprise restart projectors`
    : reason
