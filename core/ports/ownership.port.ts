/** Where the owner of a partition takes forwarded commands. */
export type Owner = {
  readonly address: string
  /** Proves to the owner that a request comes from a process of its own group. */
  readonly secret: string
}

/** Who drives which partitions of a topic. Only an optimisation: two processes may believe that they own the same one. */
export type Ownership = {
  /** The partitions of this process, as far as it knows. */
  readonly owned: () => ReadonlySet<number>
  /** The owner of a partition; undefined where nobody is known, or it is this process. */
  readonly ownerOf: (partition: number) => Owner | undefined
  /** Calls the listener after either answer has changed. */
  readonly onChange: (listener: () => void) => void
  /** Asks again who owns what, since an answer turned out to be old. */
  readonly refresh: () => void
  /** Gives the partitions to the others. */
  readonly close: () => Promise<void>
}

/** One process that owns all partitions. */
export const soleOwnership = (partitions: number): Ownership => {
  const all = new Set(Array.from({ length: partitions }, (_, partition) => partition))
  return {
    owned: () => all,
    ownerOf: () => undefined,
    onChange: () => undefined,
    refresh: () => undefined,
    close: () => Promise.resolve(),
  }
}
