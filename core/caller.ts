import { Problem } from './problem.ts'

/** Who calls: the opaque user id of a verified token, and its roles (`analyst`, `operator`). */
export type Caller = { readonly userId: string; readonly roles: readonly string[] }

/**
 * Verifies an Authorization header. Undefined without one.
 * @throws {Problem} `unauthenticated` when there is one and it doesn't hold.
 */
export type Authenticator = (authorization: string | undefined) => Promise<Caller | undefined>

type Locals = { caller?: Caller }

/** Remembers the caller of a request in its response's locals. */
export const setCaller = (locals: Locals, caller: Caller | undefined): void => {
  if (caller) locals.caller = caller
}

/** The caller of a request, if it has one. */
export const callerIfAny = (locals: Locals): Caller | undefined => locals.caller

/** The caller of a request. @throws {Problem} `unauthenticated` */
export const callerOf = (locals: Locals): Caller => {
  if (locals.caller === undefined)
    throw new Problem('unauthenticated', 'send a bearer token: Authorization: Bearer <token>')
  return locals.caller
}
