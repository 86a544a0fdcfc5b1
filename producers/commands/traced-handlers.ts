import { sampledTrace, type Tracer } from '@reprise/core/ports/tracer.port.ts'
import type { CommandAnswer, CommandHandler } from './command-handler.ts'

/** The handlers with a span for every command; what it appends, and all that follows from that, belongs to the span. */
export const tracedHandlers = (
  handlers: readonly CommandHandler[],
  tracer: Tracer,
): readonly CommandHandler[] =>
  handlers.map((handler) => ({ ...handler, handle: tracedHandle(handler, tracer) }))

const tracedHandle =
  ({ method, path, handle }: CommandHandler, tracer: Tracer): CommandHandler['handle'] =>
  async (request) => {
    const name = `${method.toUpperCase()} ${path}`
    const span = tracer.begin({ name, parent: sampledTrace(request.traceparent) })
    try {
      const answer = await handle({ ...request, traceparent: span.traceparent })
      span.end(outcomeOf(answer))
      return answer
    } catch (error) {
      span.end({ error: (error as Error).message })
      throw error
    }
  }

const outcomeOf = (answer: CommandAnswer) =>
  'problem' in answer
    ? { attributes: { 'reprise.problem': answer.problem.code } }
    : {
        attributes: {
          'http.response.status_code': answer.status,
          ...(answer.position !== undefined && { 'reprise.position': answer.position }),
        },
      }
