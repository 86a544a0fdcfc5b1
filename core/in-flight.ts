/** How many run at a time and how many may wait; as many as ask if `waitingMax` is not given. */
export type InFlightOptions =
  | { readonly max: number; readonly waitingMax?: undefined }
  | {
      readonly max: number
      readonly waitingMax: number
      /** What an operation past both bounds is told; so many wait. */
      readonly onFull: (waiting: number) => Error
    }

/**
 * Runs at most `max` operations at a time and lets up to `waitingMax` more wait their turn, in the order asked (law 13).
 * Where there is room an operation begins at once. Past both bounds it is refused with the error of `onFull`.
 */
export const createInFlight = (options: InFlightOptions) => {
  const waiting: (() => void)[] = []
  let running = 0

  const turn = async (): Promise<void> => {
    if (options.waitingMax !== undefined && waiting.length >= options.waitingMax)
      throw options.onFull(waiting.length)
    // Whoever ends hands its place on, so `running` stays as it is.
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const end = (): void => {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
  return async <T>(run: () => Promise<T>): Promise<T> => {
    if (running < options.max) running++
    else await turn()
    try {
      return await run()
    } finally {
      end()
    }
  }
}
