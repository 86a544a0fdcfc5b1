import type { DeadLetter, DeadLetterAnswer, DeadLetterRequest } from '@reprise/schemas/generated/events.ts'
import { partitionOf } from '@reprise/schemas/partition.ts'
import type { EventCodec } from './ports/event-codec.port.ts'
import type { LogRecord } from './ports/log.port.ts'

/** What stands in the topic `dead-letters`: what could not be applied, what operators ask for, what was done. */
export type Letter =
  | { readonly type: 'DeadLetter'; readonly value: DeadLetter }
  | { readonly type: 'DeadLetterRequest'; readonly value: DeadLetterRequest }
  | { readonly type: 'DeadLetterAnswer'; readonly value: DeadLetterAnswer }

type Options = {
  /** The first group of the dead letter that it is about; empty where none is. */
  readonly group: string
  /** How many partitions the topic has. */
  readonly partitions: number
  readonly codec: EventCodec
}

/** A letter as a record: all about one group of one version of a projection stands in one partition, in order. */
export const letterRecordOf = ({ type, value }: Letter, { group, partitions, codec }: Options): LogRecord => {
  const key = `${value.projection}/${value.version}/${group}`
  return {
    key,
    partition: partitionOf(key, partitions),
    value: codec.encode('dead-letters', type, value),
    headers: { ce_type: type },
  }
}
