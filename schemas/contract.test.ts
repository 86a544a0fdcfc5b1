import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import {
  type AvroDefinition,
  type AvroField,
  type AvroSchema,
  recordNames,
  selfContained,
} from './avro-files.ts'
import { typescriptOf } from './generate.ts'
import { topicNames, topics } from './topics.ts'

const fieldsOf = (schema: AvroSchema): readonly AvroField[] => {
  if (typeof schema === 'string') return []
  if (Array.isArray(schema)) return (schema as readonly AvroSchema[]).flatMap(fieldsOf)
  const { fields = [], items } = schema as AvroDefinition
  return [...fields, ...fields.flatMap((field) => fieldsOf(field.type)), ...(items ? fieldsOf(items) : [])]
}

const branchNames = (type: AvroSchema): readonly string[] =>
  Array.isArray(type)
    ? (type as readonly AvroSchema[]).map((branch) =>
        typeof branch === 'string' ? branch : ((branch as AvroDefinition).name ?? ''),
      )
    : []

describe('the contract', () => {
  test.each(recordNames())('%s: every field has a doc', (name) => {
    expect(fieldsOf(selfContained(name)).filter(({ doc }) => !doc)).toEqual([])
  })

  test.each(recordNames())(
    '%s: a personal field can be sealed, and only personal fields can (law 15)',
    (name) => {
      const wrong = fieldsOf(selfContained(name)).filter(
        ({ type, pii }) => branchNames(type).includes('Sealed') !== (pii === true),
      )
      expect(wrong).toEqual([])
    },
  )

  test('what people write, and what names a device, is personal', () => {
    const personal = recordNames().flatMap((name) =>
      fieldsOf(selfContained(name))
        .filter(({ pii }) => pii)
        .map((field) => field.name),
    )
    expect([...new Set(personal)].sort()).toEqual(['description', 'deviceId', 'name'])
  })

  test('a field that may be absent has null as its default, so that schemas stay fully compatible', () => {
    const wrong = recordNames()
      .flatMap((name) => fieldsOf(selfContained(name)))
      .filter((field) => branchNames(field.type).includes('null') && field.default !== null)
    expect(wrong).toEqual([])
  })

  test('the generated types are those of the schemas', () =>
    expect(readFileSync(new URL('./generated/events.ts', import.meta.url), 'utf8')).toBe(
      typescriptOf(recordNames()),
    ))

  test('event topics never expire and take their time from the broker', () => {
    for (const name of topicNames.filter((topic) => topic.endsWith('-events')))
      expect(topics[name].config).toMatchObject({
        'cleanup.policy': 'delete',
        'retention.ms': '-1',
        'message.timestamp.type': 'LogAppendTime',
      })
  })
})
