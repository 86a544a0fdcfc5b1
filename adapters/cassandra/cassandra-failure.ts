import { errors, types } from 'cassandra-driver'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'

const { responseErrorCodes: codes } = types

/** Answers that mean "not now". */
const transient: ReadonlySet<number> = new Set([
  codes.serverError,
  codes.unavailableException,
  codes.overloaded,
  codes.isBootstrapping,
  codes.truncateError,
  codes.writeTimeout,
  codes.readTimeout,
  codes.readFailure,
  codes.writeFailure,
  codes.unprepared,
])

/** A driver's error: {@link StoreUnavailable} where the store can't answer now, else the error as it is. */
export const failureOf = (cause: unknown): Error => {
  if (
    cause instanceof errors.NoHostAvailableError ||
    cause instanceof errors.OperationTimedOutError ||
    cause instanceof errors.BusyConnectionError ||
    (cause instanceof errors.ResponseError && (transient.has(cause.code) || isMissing(cause)))
  )
    return new StoreUnavailable(`Cassandra does not answer: ${firstLineOf(cause.message)}`, { cause })
  return cause instanceof Error ? cause : new Error(String(cause))
}

/** A table or keyspace that was dropped under us comes back when the projectors start again. */
const isMissing = ({ message }: errors.ResponseError): boolean =>
  /unconfigured table|keyspace .* does not exist|table .* does not exist/i.test(message)

/** The driver puts whole stacks of inner errors into its messages; they stay in the cause. */
const firstLineOf = (message: string): string => message.split('\n', 1)[0] ?? ''
