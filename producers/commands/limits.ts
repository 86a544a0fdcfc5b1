/**
 * How many commands a process lets in at once, as requests of their own: as many as it answers in 300 ms, between
 * these bounds. Commands as lines have bounds of their own, and their senders wait instead.
 */
export const commandLimits = {
  requestsMin: 1_000,
  requestsMax: 4_000,
  bodyBytesMax: 128 * 1024 * 1024,
} as const
