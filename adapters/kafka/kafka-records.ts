import type { KafkaMessage } from 'kafkajs'
import { header } from '@reprise/core/event.ts'
import type { StoredRecord } from '@reprise/core/ports/log.port.ts'

const nothing = Buffer.alloc(0)

/** kafkajs messages as records of our port. Keys and headers are texts already where our decoder has read them. */
export const storedRecordsOf = (messages: readonly KafkaMessage[]): readonly StoredRecord[] =>
  messages.map(storedRecordOf)

const storedRecordOf = ({ offset, key, value, headers, timestamp }: KafkaMessage): StoredRecord => ({
  offset: Number(offset),
  key: key?.toString('utf8') ?? '',
  value: value ?? nothing,
  eventId: textOf(headers?.[header.id]) ?? '',
  eventType: textOf(headers?.[header.type]) ?? '',
  previous: textOf(headers?.[header.previous]),
  traceparent: textOf(headers?.[header.traceparent]),
  recordedAt: Number(timestamp),
  // Here from the beginning, so that all records have one shape and none grows.
  decoded: undefined,
})

type HeaderValue = Buffer | string | (Buffer | string)[] | undefined

const textOf = (value: HeaderValue): string | undefined => {
  const first = Array.isArray(value) ? value[0] : value
  return typeof first === 'string' ? first : first?.toString('utf8')
}
