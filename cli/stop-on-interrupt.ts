/** The first Ctrl-C aborts the signal, so that a command ends in order and with these words; a second one ends it at once. */
export function stopOnInterrupt(words: string): AbortSignal {
  const stopping = new AbortController()
  const stop = () => stopping.abort(new Error(words))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  return stopping.signal
}
