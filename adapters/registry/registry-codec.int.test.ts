import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { configurationOf } from '@reprise/core/configuration.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { selfContained } from '@reprise/schemas/avro-files.ts'
import { physicalTopic } from '../kafka/topics.ts'
import { createRegistryCodec } from './registry-codec.ts'

const { registry: url } = configurationOf(process.env)
const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }

test('a process that was killed between registering a schema and its compatibility keeps nobody from starting', async () => {
  const namespace = `registry_${randomBytes(4).toString('hex')}`
  const schema = selfContained('PlaylistDeleted')
  const subject = `${physicalTopic(namespace, 'playlist-events')}-${schema.namespace ?? ''}.PlaylistDeleted`
  const registered = await fetch(`${url}/subjects/${subject}/versions`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  })
  expect(registered.status).toBe(200)
  const codecs = await Promise.all([
    createRegistryCodec({ url, namespace, logger: quiet }),
    createRegistryCodec({ url, namespace, logger: quiet }),
  ])
  expect(codecs).toHaveLength(2)
  const config = await fetch(`${url}/config/${subject}`)
  expect(await config.json()).toEqual({ compatibilityLevel: 'FULL_TRANSITIVE' })
}, 60_000)
