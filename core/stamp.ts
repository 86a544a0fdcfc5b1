/**
 * Law 6: the write stamp of what a fold stored at an offset (Cassandra's write timestamp, OpenSearch's external
 * version). The high bits are left for a log epoch, for the day when a topic moves.
 */
export const stampOf = (offset: number): number => offset + 1

/**
 * The stamp of a register where the *lowest* offset must win, whatever the order of writing (where an effect begins):
 * later ones get lower stamps.
 */
export const firstWinsStampOf = (offset: number): number => Number.MAX_SAFE_INTEGER - 1 - offset
