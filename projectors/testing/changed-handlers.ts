import type { AnyProjection } from '@reprise/core/projection.ts'

/** A handler of whatever store. */
export type Handler = (...args: readonly unknown[]) => unknown

/** The handlers of a projection, each made into another. */
export const changedHandlers = (
  { on }: AnyProjection,
  changed: (handle: Handler) => Handler,
): AnyProjection['on'] =>
  Object.fromEntries(Object.entries(on).map(([type, handle]) => [type, handle && changed(handle as Handler)]))
