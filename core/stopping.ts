type Locals = { stopping?: AbortSignal }

/** Lets a long request hear that the service stops, through its response's locals. */
export const setStopping = (locals: Locals, signal: AbortSignal): void => {
  locals.stopping = signal
}

/** Aborts when the service begins to stop: a long request should come to its end then. */
export const stoppingOf = (locals: Locals): AbortSignal | undefined => locals.stopping
