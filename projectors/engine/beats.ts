/** Moments of the process's clock. Whoever waits for the same one is called in the same turn of the event loop. */
export type Beats = { readonly at: (moment: number, call: () => void) => void }

/** The next of the moments that are so many milliseconds apart, for everybody the same ones. */
export const nextBeat = (after: number, everyMs: number): number =>
  (Math.floor(after / everyMs) + 1) * everyMs

/** See {@link Beats}. What is still to be called keeps no process from ending. */
export const createBeats = (): Beats => {
  const waiting = new Map<number, (() => void)[]>()
  return {
    at: (moment, call) => {
      const calls = waiting.get(moment)
      if (calls !== undefined) {
        calls.push(call)
        return
      }
      const mine = [call]
      waiting.set(moment, mine)
      const beat = () => {
        waiting.delete(moment)
        for (const each of mine) each()
      }
      setTimeout(beat, Math.max(0, moment - performance.now())).unref()
    },
  }
}
