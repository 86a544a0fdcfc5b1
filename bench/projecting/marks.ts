import type { Mark, Run } from './workers.ts'

/** Notes how far a worker is, from its first batch to its end. */
export const createMarks = (applied: () => number) => {
  const marks: Mark[] = []
  let begun: number | undefined
  let cpuBefore = process.cpuUsage()
  let timer: NodeJS.Timeout | undefined
  const mark = () => {
    const rss = Math.round(process.memoryUsage.rss() / 1_000_000)
    marks.push({ ms: Math.round(performance.now() - (begun ?? 0)), events: applied(), rss })
  }
  return {
    /** Only the first call counts. */
    begin: () => {
      if (begun !== undefined) return
      begun = performance.now()
      cpuBefore = process.cpuUsage()
      timer = setInterval(mark, 100)
    },
    end: (events: number): Run => {
      clearInterval(timer)
      mark()
      const ms = marks.at(-1)?.ms ?? 0
      const { user, system } = process.cpuUsage(cpuBefore)
      return {
        events,
        perSecond: Math.round((events / ms) * 1_000),
        cpuMicrosPerEvent: Math.round(((user + system) / events) * 10) / 10,
        marks,
      }
    },
  }
}
