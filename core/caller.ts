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
  if (locals.caller === undefined) throw unauthenticated()
  return locals.caller
}

/** The refusal of whoever sent no token where one is needed. */
export const unauthenticated = (): Problem =>
  new Problem('unauthenticated', 'send a bearer token: Authorization: Bearer <token>')

/** The caller, who must have the role. @throws {Problem} `unauthenticated`, `forbidden` */
export const callerWith = (role: Role, locals: Locals): Caller => withRole(role, callerOf(locals))

/** Rights beyond those of a user: `operator` for the verbs that look after the platform, `analyst` for its history. */
export type Role = 'operator' | 'analyst'

/** The caller, if it has the role. @throws {Problem} `unauthenticated` where there is none, `forbidden` */
export const withRole = (role: Role, caller: Caller | undefined): Caller => {
  const known = callerOf(caller ? { caller } : {})
  if (!known.roles.includes(role)) throw new Problem('forbidden', `this needs the role ${role}`)
  return known
}
