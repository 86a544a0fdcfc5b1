/** Verdicts given lately, by partition and offset. A verdict is a fact of the log, so it never becomes wrong. */
export type KnownVerdicts = {
  /** Whether the event at this offset is the first record of its play; undefined when that isn't known here. */
  readonly get: (partition: number, offset: number) => boolean | undefined
  readonly set: (partition: number, offset: number, isFirst: boolean) => void
}

/** Offsets remembered per partition; enough for projections of one process that read side by side. */
const slots = 16_384

/** One byte and one offset per verdict, in rings that overwrite what is oldest. */
export const createKnownVerdicts = (): KnownVerdicts => {
  const rings = new Map<number, { readonly offsets: Float64Array; readonly firsts: Uint8Array }>()
  const ringOf = (partition: number) => {
    const found = rings.get(partition)
    if (found !== undefined) return found
    const ring = { offsets: new Float64Array(slots).fill(-1), firsts: new Uint8Array(slots) }
    rings.set(partition, ring)
    return ring
  }
  return {
    get: (partition, offset) => {
      const { offsets, firsts } = ringOf(partition)
      const at = offset % slots
      return offsets[at] === offset ? firsts[at] === 1 : undefined
    },
    set: (partition, offset, isFirst) => {
      const { offsets, firsts } = ringOf(partition)
      const at = offset % slots
      offsets[at] = offset
      firsts[at] = isFirst ? 1 : 0
    },
  }
}
