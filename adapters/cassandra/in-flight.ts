import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'

/**
 * Runs at most `max` operations at a time and lets up to `waitingMax` more wait their turn (law 13). Without it the
 * driver refuses whatever exceeds its connections, however healthy the store is.
 * @throws {StoreUnavailable} past both bounds
 */
export const createInFlight = ({
  max,
  waitingMax,
}: {
  readonly max: number
  readonly waitingMax: number
}) => {
  const waiting: (() => void)[] = []
  let running = 0

  const turn = async (): Promise<void> => {
    if (running < max) {
      running++
      return
    }
    if (waiting.length >= waitingMax)
      throw new StoreUnavailable(`${waiting.length} operations wait for Cassandra already`)
    // Whoever ends hands its place on, so `running` stays as it is.
    await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const end = (): void => {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
  return async <T>(run: () => Promise<T>): Promise<T> => {
    await turn()
    try {
      return await run()
    } finally {
      end()
    }
  }
}
