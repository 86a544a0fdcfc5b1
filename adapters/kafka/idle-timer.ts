import { createRequire } from 'node:module'

type RequestQueue = { readonly pending: readonly unknown[]; scheduleCheckPendingRequests: () => void }

let isStopped = false

/**
 * Stops the timer of kafkajs that goes off every millisecond on every connection for ever (its issues 1751 and 1768):
 * it looks for requests that wait, and is set again, in the past, when there are none. Here it is set only when one waits.
 */
export const stopIdleTimer = (): void => {
  if (isStopped) return
  isStopped = true
  const require = createRequire(import.meta.url)
  const { prototype } = require('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue }
  const schedule = prototype.scheduleCheckPendingRequests
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this)
  }
}
