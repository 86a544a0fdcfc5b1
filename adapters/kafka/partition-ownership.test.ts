import { expect, test } from '@jest/globals'
import { EventEmitter } from 'node:events'
import type { Kafka } from 'kafkajs'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { createKafkaOwnership } from './partition-ownership.ts'

const done = () => Promise.resolve()

/** A group of one, and what was asked of its coordinator. */
const createGroup = (connect: () => Promise<void> = done) => {
  const asked: string[] = []
  const emitter = new EventEmitter()
  const consumer = {
    events: { GROUP_JOIN: 'join', HEARTBEAT: 'beat', REBALANCING: 'rebalancing', CRASH: 'crash' },
    on: (name: string, listener: () => void) => emitter.on(name, listener),
    connect: done,
    subscribe: done,
    pause: () => undefined,
    run: () => {
      emitter.emit('join', { payload: { memberAssignment: { 'playlist-events': [0] } } })
      return Promise.resolve()
    },
    disconnect: done,
  }
  const admin = {
    connect,
    disconnect: () => {
      asked.push('disconnect')
      return Promise.resolve()
    },
    describeGroups: () => {
      asked.push('owners')
      return Promise.resolve({ groups: [] })
    },
  }
  return { asked, kafka: { consumer: () => consumer, admin: () => admin } as unknown as Kafka }
}

const open = (kafka: Kafka) =>
  createKafkaOwnership({
    kafka,
    namespace: '',
    topic: 'playlist-events',
    address: 'here',
    secret: 's',
    sessionMs: 10_000,
    logger: quiet,
  })

test('who can not connect leaves no connection behind', async () => {
  const { kafka, asked } = createGroup(() => Promise.reject(new Error('away')))
  await expect(open(kafka)).rejects.toThrow('away')
  expect(asked).toEqual(['disconnect'])
})

test('who has left asks for owners no more, which would connect anew', async () => {
  const { kafka, asked } = createGroup()
  const ownership = await open(kafka)
  await ownership.close()
  ownership.refresh()
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked.at(-1)).toBe('disconnect')
})
