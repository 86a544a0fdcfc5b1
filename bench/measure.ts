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

/** What closed loops did: how often per second, and how long each time took. */
export type Measured = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number }

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
  took.sort((a, b) => a - b)
  const at = (part: number) => Math.round((took[Math.floor(took.length * part)] ?? 0) * 10) / 10
  return { perSecond: Math.round(took.length / (seconds * 0.9)), p50Ms: at(0.5), p99Ms: at(0.99) }
}

/** Begins calls at a fixed rate, whether or not earlier ones have ended; each is timed from when it was due. */
export const openCalls = async (
  call: () => Promise<unknown>,
  perSecond: number,
  seconds: number,
): Promise<Measured> => {
  const begin = performance.now()
  const total = Math.round(perSecond * seconds)
  const took: number[] = []
  const calls: Promise<unknown>[] = []
  for (let begun = 0; begun < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - begin) / 1_000) * perSecond))
    for (; begun < due; begun++) {
      const dueAt = begin + (begun * 1_000) / perSecond
      calls.push(call().then(() => took.push(performance.now() - dueAt)))
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(calls)
  took.sort((a, b) => a - b)
  const at = (part: number) => Math.round((took[Math.floor(took.length * part)] ?? 0) * 10) / 10
  return { perSecond: Math.round(perSecond), p50Ms: at(0.5), p99Ms: at(0.99) }
}
