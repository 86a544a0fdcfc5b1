import type { Sealed } from './generated/events.ts'

/** A personal value: plain, or sealed with a key of its person. */
export type Personal<T> = T | Sealed

/** The plain value, or `otherwise` where it is sealed or absent. */
export const plainOf = <T extends string, Otherwise>(
  value: Personal<T> | null | undefined,
  otherwise: Otherwise,
): T | Otherwise => (typeof value === 'string' ? value : otherwise)
