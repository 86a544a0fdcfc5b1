/** One line of bench/results/latest.json. */
export type Figure = {
  readonly section: string
  readonly figure: string
  readonly value: number
  readonly unit: string
  readonly ceiling: number
  readonly ratio: number
  readonly goal: string
  readonly holds: boolean
}

/** A figure with its ratio to the ceiling, judged and printed. */
export const figureOf = (
  measured: Omit<Figure, 'ratio' | 'holds'>,
  holds: (figure: Omit<Figure, 'holds'>) => boolean,
): Figure => {
  const figure = { ...measured, ratio: Math.round((measured.value / measured.ceiling) * 100) / 100 }
  const judged = { ...figure, holds: holds(figure) }
  const { unit, goal, ratio, ceiling } = judged
  console.log(
    `${figure.figure}: ${figure.value} ${unit}; ceiling ${ceiling}, ratio ${ratio}; ` +
      `goal ${goal}: ${judged.holds ? 'holds' : 'does not hold'}`,
  )
  return judged
}

/** How often per second something was done, and how long it took. */
export type Measured = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number }

const measuredOf = (perSecond: number, took: readonly number[]): Measured => {
  const at = percentilesOf(took)
  return { perSecond: Math.round(perSecond), p50Ms: at(0.5), p99Ms: at(0.99) }
}

/** Gives the value below which a part (0 to 1) of the values lies, to a tenth; 0 where there is none. */
export const percentilesOf = (values: readonly number[]): ((part: number) => number) => {
  const sorted = values.toSorted((a, b) => a - b)
  return (part) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0) * 10) / 10
}

/** Runs loops side by side for a time. The first tenth warms up and is not counted. */
export const closedLoops = async (
  loops: number,
  seconds: number,
  once: (loop: number) => Promise<unknown>,
): Promise<Measured> => {
  const begin = performance.now()
  const countFrom = begin + seconds * 100
  const end = begin + seconds * 1_000
  const took: number[] = []
  await Promise.all(
    Array.from({ length: loops }, async (_, loop) => {
      for (let start = performance.now(); start < end; start = performance.now()) {
        await once(loop)
        if (start >= countFrom) took.push(performance.now() - start)
      }
    }),
  )
  return measuredOf(took.length / (seconds * 0.9), took)
}

/** Begins calls at a fixed rate, whether or not earlier ones have ended. Each is told when it was due. */
export const atRate = async (
  call: (dueAt: number, nth: number) => Promise<unknown>,
  perSecond: number,
  seconds: number,
): Promise<void> => {
  const begin = performance.now()
  const total = Math.round(perSecond * seconds)
  // Not all their promises until the end: hundreds of thousands of them would be garbage of ours that is measured.
  const ended = Promise.withResolvers<undefined>()
  let [begun, open] = [0, 1]
  const end = () => {
    if (--open === 0) ended.resolve(undefined)
  }
  while (begun < total) {
    const due = Math.min(total, Math.floor(((performance.now() - begin) / 1_000) * perSecond))
    for (; begun < due; begun++) {
      open++
      call(begin + (begun * 1_000) / perSecond, begun).then(end, ended.reject)
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  end()
  await ended.promise
}

/** An open loop: calls at a fixed rate, each timed from when it was due, so that whoever waits in line waits on the clock. */
export const openCalls = async (
  call: (nth: number) => Promise<unknown>,
  perSecond: number,
  seconds: number,
): Promise<Measured> => {
  const took: number[] = []
  const timed = async (dueAt: number, nth: number) => {
    await call(nth)
    took.push(performance.now() - dueAt)
  }
  await atRate(timed, perSecond, seconds)
  return measuredOf(perSecond, took)
}
