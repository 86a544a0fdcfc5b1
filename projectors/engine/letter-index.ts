import type { DeadLetterAnswer, DeadLetterRequest } from '@reprise/schemas/generated/events.ts'
import type { LettersOf } from './stopped-letters.ts'

/** What `dead-letters` says of requests and discarded events; grows with what operators do. */
export type LetterIndex = {
  readonly addRequest: (request: DeadLetterRequest) => void
  readonly addAnswer: (answer: DeadLetterAnswer) => void
  /**
   * The newest request about a position where a group is stopped, if it is still to be carried out: it has no answer,
   * or one that says it was, which the store has lost.
   */
  readonly open: (of: LettersOf, partition: number, offset: number) => DeadLetterRequest | undefined
  readonly isAnswered: (request: DeadLetterRequest) => boolean
  /**
   * Whether the event at an offset was discarded for a group; undefined if none was in that partition. What any version of
   * an effect was told to leave out, none tells.
   */
  readonly discarded: (
    of: LettersOf,
    partition: number,
  ) => ((group: string, offset: number) => boolean) | undefined
}

type Outcome = DeadLetterAnswer['outcome']

/** See {@link LetterIndex}. The same record may be added twice: its own process adds an answer before it is read. */
export const createLetterIndex = (): LetterIndex => {
  const requests = new Map<string, DeadLetterRequest>()
  const answers = new Map<string, Outcome>()
  const discards = new Map<string, Set<string>>()

  return {
    addRequest: (request) => void requests.set(`${placeIn(request)}/${request.offset}`, request),
    addAnswer: (answer) => {
      answers.set(answer.requestId, answer.outcome)
      if (answer.outcome !== 'discarded') return
      for (const place of [placeIn(answer), anyVersionIn(answer)]) {
        const there = discards.get(place) ?? new Set<string>()
        for (const group of answer.groups) there.add(`${answer.offset}/${group}`)
        discards.set(place, there)
      }
    },
    open: ({ name: projection, version }, partition, offset) => {
      const request = requests.get(`${placeIn({ projection, version, partition })}/${offset}`)
      const answer = request && answers.get(request.requestId)
      return answer === undefined || answer === 'redriven' || answer === 'discarded' ? request : undefined
    },
    isAnswered: ({ requestId }) => answers.has(requestId),
    discarded: ({ name: projection, version, store }, partition) => {
      const place = { projection, version, partition }
      const there = discards.get(store?.kind === 'effect' ? anyVersionIn(place) : placeIn(place))
      return there && ((group, offset) => there.has(`${offset}/${group}`))
    },
  }
}

type Place = { readonly projection: string; readonly version: number; readonly partition: number }

const anyVersionIn = ({ projection, partition }: Place) => `${projection}/*/${partition}`

const placeIn = ({ projection, version, partition }: Place) => `${projection}/${version}/${partition}`
