import { recordNames, selfContained } from '@reprise/schemas/avro-files.ts'
import { createCodec } from '@reprise/schemas/codec.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'

/** The EventCodec port without a registry: ids are the positions of the records' names. */
export const createInMemoryEventCodec = (): EventCodec => {
  const names = recordNames()
  const codec = createCodec(names.map(selfContained))
  for (const [at, name] of names.entries()) codec.learnOwn(name, at + 1)
  return {
    encode: (_topic, type, value) => codec.encode(type, value),
    learn: () => Promise.resolve(),
    decode: codec.decode,
  }
}
