import { recordNames, selfContained } from '@reprise/schemas/avro-files.ts'
import { createCodec } from '@reprise/schemas/codec.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'

const names = recordNames()
const known = createCodec(names.map(selfContained))
for (const [at, name] of names.entries()) known.learnOwn(name, at + 1)

/**
 * A codec that needs no registry. What Debezium would write is JSON here. What it decodes is frozen: projections are given
 * the same events, so a handler that changed one would change it for others.
 */
export const codec: EventCodec = {
  encode: (_topic, type, value) => known.encode(type, value),
  learn: () => Promise.resolve(),
  decode: (bytes) =>
    frozen(
      isJson(bytes)
        ? { type: 'Envelope', value: JSON.parse(bytes.toString()) as unknown }
        : known.decode(bytes),
    ),
}

const frozen = <T>(value: T): T => {
  // Bytes can't be frozen.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}

/** Whether it is a change as `rowChange` writes it. */
export const isJson = (bytes: Buffer): boolean => bytes[0] === 0x7b
