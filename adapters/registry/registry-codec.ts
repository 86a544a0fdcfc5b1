import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import { type AvroDefinition, selfContained } from '@reprise/schemas/avro-files.ts'
import { createCodec, schemaIdOf } from '@reprise/schemas/codec.ts'
import { topicNames, topics, type TopicName } from '@reprise/schemas/topics.ts'
import { inTime } from '@reprise/core/in-time.ts'
import type { EventCodec } from '@reprise/core/ports/event-codec.port.ts'
import type { Logger } from '@reprise/core/ports/logger.port.ts'
import { physicalTopic } from '../kafka/topics.ts'

/**
 * Registers every record of the topic catalogue (subjects by TopicRecordName, FULL_TRANSITIVE) and gives the codec.
 * The registry's client is used for ids and registration; values are decoded by avsc directly, because the client's
 * own path compiles a resolver per record and never applies a reader's defaults.
 */
export const createRegistryCodec = async (options: {
  readonly url: string
  readonly namespace: string
  readonly logger: Logger
}): Promise<EventCodec> => {
  const registry = new SchemaRegistry({
    host: options.url,
    retry: { retries: 5, initialRetryTimeInSecs: 0.2 },
  })
  const names = [...new Set<string>(topicNames.flatMap((topic) => topics[topic].records))]
  const codec = createCodec(names.map(selfContained))
  const ownIds = await Promise.all(
    topicNames.flatMap((topic) =>
      topics[topic].records.map((name) => registerOne(registry, options, topic, name)),
    ),
  ).then((ids) => {
    for (const { name, id } of ids) codec.learnOwn(name, id)
    return ids.map(({ id }) => id)
  })

  const schemaWith = (id: number) =>
    fetch(`${options.url}/schemas/ids/${id}`, { signal: AbortSignal.timeout(answerMs) })
  const isWhole = async (): Promise<boolean> => {
    const responses = await Promise.all(ownIds.map((id) => schemaWith(id).then(({ ok }) => ok)))
    return responses.every((ok) => ok)
  }
  const learnId = async (id: number) => {
    const response = await schemaWith(id)
    // A registry that has our own schemas and not this one never will: the record can't be read, and decoding says so.
    if (response.status === 404 && (await isWhole())) return
    if (!response.ok) throw new Error(`the schema registry answered ${response.status} for schema ${id}`)
    const { schema } = (await response.json()) as { readonly schema: string }
    try {
      codec.learn(id, JSON.parse(schema) as AvroDefinition)
      options.logger.info({ schemaId: id }, 'learned a writer schema')
    } catch (error) {
      options.logger.error(
        { schemaId: id, err: error },
        'a writer schema can not be resolved; decoding says so',
      )
    }
  }
  return {
    encode: (_topic, type, value) => codec.encode(type, value),
    learn: async (values) => {
      const unknown = new Set<number>()
      for (const value of values) {
        const id = idIfAny(value)
        if (id !== undefined && !codec.knows(id)) unknown.add(id)
      }
      await Promise.all([...unknown].map(learnId))
    },
    decode: codec.decode,
  }
}

const compatibility = 'FULL_TRANSITIVE'
const attemptsMax = 8
/** Until then another process that has begun may well set the compatibility itself. */
const attemptsPatient = 4
/** Neither the client nor `fetch` gives up soon by itself. */
const answerMs = 10_000

const registerOne = async (
  registry: SchemaRegistry,
  { url, namespace }: { readonly url: string; readonly namespace: string },
  topic: TopicName,
  name: string,
) => {
  const schema = selfContained(name)
  const subject = `${physicalTopic(namespace, topic)}-${schema.namespace ?? ''}.${name}`
  // Services that start together register the same: who comes second is told of a conflict, and asks again.
  for (let attempt = 1; ; attempt++) {
    try {
      const { id } = await inTime(
        registry.register(
          { type: SchemaType.AVRO, schema: JSON.stringify(schema) },
          { subject, compatibility: COMPATIBILITY[compatibility] },
        ),
        answerMs,
        notAnswered,
      )
      return { name, id }
    } catch (reason) {
      if (attempt === attemptsMax) throw reason
      if (attempt >= attemptsPatient && isWithoutCompatibility(reason)) await setCompatibility(url, subject)
      await new Promise((resolve) => setTimeout(resolve, 100 * attempt * (0.5 + Math.random())))
    }
  }
}

const notAnswered = () => new Error(`the schema registry has not answered in ${answerMs / 1_000} s`)

/** The client registers a schema first and sets the compatibility then: who is killed between leaves a subject without. */
const isWithoutCompatibility = (reason: unknown): boolean =>
  reason instanceof Error && reason.message.endsWith(`(${compatibility} != NONE)`)

const setCompatibility = async (url: string, subject: string): Promise<void> => {
  const request = {
    method: 'PUT',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ compatibility }),
    signal: AbortSignal.timeout(answerMs),
  }
  // Whether it is set is seen at the next attempt.
  await fetch(`${url}/config/${encodeURIComponent(subject)}`, request).catch(() => undefined)
}

/** Values that are not in wire format have no id; decoding says what is wrong with them. */
const idIfAny = (value: Buffer): number | undefined => {
  try {
    return schemaIdOf(value)
  } catch {
    return undefined
  }
}
