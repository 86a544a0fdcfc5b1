import type { IncomingMessage, ServerResponse } from 'node:http'
import { Problem, problemDocument } from '@reprise/core/problem.ts'
import type { CorsHeaders } from './cors.ts'
import { announcedBytes, boundLeftover } from './large-body.ts'

/** How much is let in at once. */
export type AdmissionLimits = {
  /** So many requests are always let in. */
  readonly requestsMin: number
  readonly requestsMax: number
  /** Of all bodies together. */
  readonly bodyBytesMax: number
}

/** What else the gate must know of its service. */
export type AdmissionOptions = AdmissionLimits & {
  /** No body takes more: one that doesn't tell its length, or is larger and so never read, counts as much. */
  readonly oneBodyBytesMax: number
  readonly corsHeaders: CorsHeaders
  readonly now?: () => number
}

/** How long a request that is let in waits, about, behind those that were let in before. */
const waitMs = 300
/** How often the pace is looked at. */
const lookMs = 250
/** How long a refusal is held back, and how many at most. */
const heldMs = 500
const heldMax = 20_000
/** Refusals that are due are sent so often. */
const sendMs = 25

/**
 * Lets in as many requests at once as are answered in 300 ms at the pace of late (law 13), so that whoever is let in is
 * answered in about that time; nothing is done for the others, and half a second later they are told so. A client that
 * waits for its refusal asks less often: refusals at once would be asked for again at once, and take the time of those
 * that are let in. Says whether a request may go on.
 */
export const createAdmission = (options: AdmissionOptions) => {
  const { now = () => performance.now(), oneBodyBytesMax, corsHeaders, ...limits } = options
  const refuse = createRefusing(now, corsHeaders)
  let requests = 0
  let bodyBytes = 0
  let answered = 0
  let perSecond = 0
  let lookedAt = now()

  const look = () => {
    const passed = now() - lookedAt
    if (passed < lookMs) return
    const pace = (answered * 1_000) / passed
    perSecond = (perSecond + pace) / 2
    answered = 0
    lookedAt = now()
  }
  const requestsMax = () =>
    Math.min(limits.requestsMax, Math.max(limits.requestsMin, (perSecond * waitMs) / 1_000))
  const hasRoom = (bytes: number) =>
    requests < requestsMax() && (bodyBytes === 0 || bodyBytes + bytes <= limits.bodyBytesMax)

  return (request: IncomingMessage, response: ServerResponse): boolean => {
    look()
    const bytes = Math.min(announcedBytes(request.headers), oneBodyBytesMax)
    if (!hasRoom(bytes)) {
      refuse(request, response)
      return false
    }
    requests++
    bodyBytes += bytes
    response.once('close', () => {
      requests--
      bodyBytes -= bytes
      answered++
    })
    return true
  }
}

const overloaded = problemDocument(
  new Problem('overloaded', 'too many requests are under way; nothing of this one was done'),
)
const text = JSON.stringify(overloaded)
/** As name, value, name, value: the form that costs least to send. */
const refusal = [
  ...['Content-Type', 'application/problem+json', 'Content-Length', String(text.length)],
  ...['Cache-Control', 'no-store', 'Retry-After', '1'],
]

type Refused = { readonly at: number; readonly request: IncomingMessage; readonly response: ServerResponse }

/** Refuses a request, when that is due; the oldest one at once where too many wait for it. */
const createRefusing = (now: () => number, corsHeaders: CorsHeaders) => {
  const held: Refused[] = []
  let sending: NodeJS.Timeout | undefined

  const sendDue = () => {
    const due = now() - heldMs
    const upTo = held.findIndex(({ at }) => at > due)
    for (const one of held.splice(0, upTo < 0 ? held.length : upTo)) send(one, corsHeaders)
    if (held.length > 0) return
    clearInterval(sending)
    sending = undefined
  }
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (announcedBytes(request.headers) > 0) {
      // Thrown away as it arrives: what is held must not hold its body, too.
      request.resume()
      boundLeftover(request, response)
    }
    held.push({ at: now(), request, response })
    sending ??= setInterval(sendDue, sendMs).unref()
    const oldest = held.length > heldMax ? held.shift() : undefined
    if (oldest) send(oldest, corsHeaders)
  }
}

const send = ({ request, response }: Refused, corsHeaders: CorsHeaders): void => {
  if (response.destroyed) return
  const { headers } = request
  const key = headers['idempotency-key']
  const isKey = typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)
  // The rest of its body is waited for only where that is small.
  const isLarge = announcedBytes(headers) > 65_536
  const more = [...(isKey ? ['Idempotency-Key', key] : []), ...(isLarge ? ['Connection', 'close'] : [])]
  const forBrowsers = Object.entries(corsHeaders(headers.origin)).flat()
  response.writeHead(overloaded.status, [...refusal, ...more, ...forBrowsers]).end(text, 'latin1')
}
