import type { TopicName } from '@reprise/schemas/topics.ts'
import type { EvolvingEvent } from '@reprise/core/decider.ts'
import type { EventType } from '@reprise/core/event.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import { Problem } from '@reprise/core/problem.ts'
import type { Command } from './command.ts'
import { decideCommand, eventBytesMax, metaOf, tooLarge, type Verdict } from './decide-command.ts'
import type { Versioned } from './kept-state.ts'
import type { StreamType } from './stream-type.ts'

/** What a command comes to, with everything that an append needs. */
export type DraftedVerdict<State, Type extends EventType, Report> =
  | Exclude<Verdict<Type>, { kind: 'append' }>
  | {
      readonly kind: 'append'
      readonly type: Type
      readonly eventId: string
      /** The encoded event. */
      readonly value: Buffer
      /** The stream's state behind the event. */
      readonly after: Versioned<State>
      readonly report: Report
    }
  /** The code that decides, encodes or folds has failed. */
  | { readonly kind: 'failed'; readonly problem: Problem }

/** Decides a command, encodes its event and folds it; an event that would be too large is a refusal. Never throws. */
export const draftVerdict = <State, Body, Type extends EventType, Report>(options: {
  readonly stream: StreamType<State, Body, Type, Report>
  readonly codec: EventCodec
  readonly topic: TopicName
  readonly command: Command<Body>
  readonly before: Versioned<State>
  readonly newEventId: () => string
}): DraftedVerdict<State, Type, Report> => {
  const { stream, codec, topic, command, before } = options
  try {
    const verdict = decideCommand(stream, command, before)
    if (verdict.kind !== 'append') return verdict
    const { type } = verdict.event
    const version = before.version + 1
    const eventId = options.newEventId()
    const data = { ...verdict.event.data, meta: metaOf(command, eventId, version) }
    const value = codec.encode(topic, type, data)
    if (value.length > eventBytesMax) return { kind: 'refused', refusal: tooLarge(value.length) }
    const event = { type, data } as unknown as EvolvingEvent<Type>
    const after = { state: stream.evolve(before.state, event), version }
    return { kind: 'append', type, eventId, value, after, report: stream.reportOf(event) }
  } catch (cause) {
    return { kind: 'failed', problem: new Problem('internal', 'the command could not be decided', { cause }) }
  }
}
