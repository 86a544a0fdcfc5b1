import type { TopicName } from '@reprise/schemas/topics.ts'
import type { Decoded } from '@reprise/schemas/codec.ts'

/** Encodes and decodes values of the topics against the schema registry. */
export type EventCodec = {
  /** @throws when the value doesn't fit the newest schema. */
  readonly encode: (topic: TopicName, type: string, value: unknown) => Buffer
  /** Fetches the writer schemas of these values that are not known yet, so that decode is synchronous. */
  readonly learn: (values: readonly Buffer[]) => Promise<void>
  /** @throws {Undecodable} from the codec, when the bytes can't be read. */
  readonly decode: (value: Buffer) => Decoded
}
