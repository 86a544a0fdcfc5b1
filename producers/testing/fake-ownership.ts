import type { Owner, Ownership } from '@reprise/core/ports/ownership.port.ts'

/** What one process believes of who owns what; a test changes it at will, and different processes may differ. */
export type FakeOwnership = Ownership & {
  /** From now on: everything is owned by this process, by another one, or by nobody. */
  readonly believe: (owner: 'this' | Owner | undefined) => void
  /** How often somebody found an answer to be old. */
  readonly refreshed: () => number
}

/** Ownership of all partitions at once, told by a test. Nobody owns anything at first. */
export const createFakeOwnership = (partitionCount: number): FakeOwnership => {
  const all = new Set(Array.from({ length: partitionCount }, (_, partition) => partition))
  const none: ReadonlySet<number> = new Set()
  const listeners = new Set<() => void>()
  let believed: 'this' | Owner | undefined
  let refreshed = 0
  return {
    owned: () => (believed === 'this' ? all : none),
    ownerOf: () => (believed === 'this' ? undefined : believed),
    onChange: (listener) => void listeners.add(listener),
    refresh: () => void refreshed++,
    close: () => Promise.resolve(),
    believe: (owner) => {
      believed = owner
      for (const listener of listeners) listener()
    },
    refreshed: () => refreshed,
  }
}
