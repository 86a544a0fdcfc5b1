import type { Readable } from 'node:stream'

/** How reading a body came to its end: all was read, we stop, nothing came for too long, or the client went away. */
export type ReadingEnd = 'ended' | 'stopping' | 'silent' | 'gone'

/** The chunks of a body as they come, read only as fast as they are taken; returns why there are no more. */
export const readChunks = async function* (
  body: Readable,
  options: { readonly stopping: AbortSignal | undefined; readonly silenceMsMax: number },
): AsyncGenerator<Buffer, ReadingEnd> {
  const { stopping, silenceMsMax } = options
  for (;;) {
    if (stopping?.aborted === true) return 'stopping'
    const chunk = body.read() as Buffer | null
    if (chunk !== null) yield chunk
    else if (body.readableEnded) return 'ended'
    else if (body.destroyed) return 'gone'
    else if (!(await somethingHappens(body, stopping, silenceMsMax))) return 'silent'
  }
}

/** Resolves with false when nothing has happened in so many milliseconds. */
const somethingHappens = (
  body: Readable,
  stopping: AbortSignal | undefined,
  withinMs: number,
): Promise<boolean> =>
  new Promise((resolve) => {
    const finish = (happened: boolean) => {
      clearTimeout(timer)
      for (const event of events) body.off(event, happens)
      stopping?.removeEventListener('abort', happens)
      resolve(happened)
    }
    const happens = () => {
      finish(true)
    }
    const timer = setTimeout(() => {
      finish(false)
    }, withinMs)
    for (const event of events) body.on(event, happens)
    stopping?.addEventListener('abort', happens)
  })

const events = ['readable', 'end', 'close', 'error'] as const
