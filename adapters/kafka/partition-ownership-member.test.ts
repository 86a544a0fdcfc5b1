import { afterEach, expect, test } from '@jest/globals'
import { EventEmitter } from 'node:events'
import type { Kafka } from 'kafkajs'
import { until } from '@reprise/core/contracts/until.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { createMembership, type Membership } from './partition-ownership-member.ts'

const sessionMs = 200
const events = { GROUP_JOIN: 'join', HEARTBEAT: 'beat', REBALANCING: 'rebalancing', CRASH: 'crash' }

/** A group whose coordinator does what a test says. */
const createGroup = () => {
  const consumers: EventEmitter[] = []
  const left = new Set<EventEmitter>()
  const consumer = () => {
    const emitter = new EventEmitter()
    consumers.push(emitter)
    const done = () => Promise.resolve()
    return {
      events,
      on: (name: string, listener: () => void) => emitter.on(name, listener),
      connect: done,
      subscribe: done,
      pause: () => undefined,
      run: () => {
        setImmediate(() => emitter.emit('join', { payload: { memberAssignment: { topic: [1, 2] } } }))
        return Promise.resolve()
      },
      disconnect: () => {
        left.add(emitter)
        return Promise.resolve()
      },
    }
  }
  const kafka = { consumer } as unknown as Kafka
  return {
    kafka,
    consumers,
    beat: () => consumers.at(-1)?.emit('beat', {}),
    hasLeft: (nth: number) => left.has(consumers[nth] as EventEmitter),
  }
}

let membership: Membership | undefined
afterEach(() => membership?.close())

const join = async (kafka: Kafka) => {
  const told: string[] = []
  membership = await createMembership({
    kafka,
    groupId: 'group',
    topic: 'topic',
    assigner: () => ({}) as never,
    sessionMs,
    logger: quiet,
    onJoined: (partitions) => told.push(`owns ${partitions.join()}`),
    onLost: () => told.push('lost'),
  })
  return told
}

test('who counted itself out and is heard again joins anew, since nobody else would give it its partitions', async () => {
  const group = createGroup()
  const told = await join(group.kafka)
  await until(() => told.includes('lost'))
  // The coordinator has never missed it.
  const beats = setInterval(group.beat, 20)
  await until(() => told.length >= 3).finally(() => clearInterval(beats))
  expect(told.slice(0, 3)).toEqual(['owns 1,2', 'lost', 'owns 1,2'])
  expect(group.hasLeft(0)).toBe(true)
  expect(group.consumers.length).toBeGreaterThan(1)
})
