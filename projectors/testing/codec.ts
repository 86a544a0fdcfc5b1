import { recordNames, selfContained } from '@reprise/schemas/avro-files.ts'
import { createCodec } from '@reprise/schemas/codec.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'

const names = recordNames()
const known = createCodec(names.map(selfContained))
for (const [at, name] of names.entries()) known.learnOwn(name, at + 1)

/** A codec that needs no registry. What Debezium would write is JSON here. */
export const codec: EventCodec = {
  encode: (_topic, type, value) => known.encode(type, value),
  learn: () => Promise.resolve(),
  decode: (bytes) =>
    isJson(bytes)
      ? { type: 'Envelope', value: JSON.parse(bytes.toString()) as unknown }
      : known.decode(bytes),
}

/** Whether it is a change as `rowChange` writes it. */
export const isJson = (bytes: Buffer): boolean => bytes[0] === 0x7b
