/** Counts what is done and says how fast it goes and how long it will still take. */
export const paceOf = (total: number, now: () => number = Date.now) => {
  const startedAt = now()
  let done = 0
  const perSecond = () => done / Math.max(0.001, (now() - startedAt) / 1_000)
  return {
    advance: (count: number) => {
      done += count
      return { done }
    },
    /** While it runs: `1,234 of 21,752 · 850/s · 24 s left`. */
    words: (): string => {
      const rate = perSecond()
      const left = rate > 0 ? ` · ${durationOf((total - done) / rate)} left` : ''
      return `${numberOf(done)} of ${numberOf(total)}${rateOf(rate)}${left}`
    },
    /** At the end: `21,752 in 26 s · 836/s`. */
    summary: (): string =>
      `${numberOf(done)} in ${durationOf((now() - startedAt) / 1_000)}${rateOf(perSecond())}`,
  }
}

/** A few things in many seconds have no rate worth a word. */
const rateOf = (rate: number): string => (rate < 1 ? '' : ` · ${numberOf(Math.round(rate))}/s`)

/** A number for people: `1,954,610`. */
export const numberOf = (value: number): string => value.toLocaleString('en-US')

/** A duration for people: `4.2 s`, `26 s` or `3 min 20 s`. */
export const durationOf = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds))
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`
}
