import { afterEach, expect, test } from '@jest/globals'
import { EventEmitter } from 'node:events'
import type { Kafka } from 'kafkajs'
import { until } from '@reprise/core/contracts/until.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { createMembership, type Membership } from './partition-ownership-member.ts'

const sessionMs = 200
const events = { GROUP_JOIN: 'join', HEARTBEAT: 'beat', REBALANCING: 'rebalancing', CRASH: 'crash' }

/** A group whose coordinator does what a test says. */
const createGroup = (slow: { readonly connect?: Promise<unknown>; readonly run?: Promise<unknown> } = {}) => {
  const consumers: EventEmitter[] = []
  const ran = new Set<EventEmitter>()
  const left = new Set<EventEmitter>()
  const consumer = () => {
    const emitter = new EventEmitter()
    consumers.push(emitter)
    // The first consumer does well.
    const { connect, run } = consumers.length === 2 ? slow : {}
    const done = () => Promise.resolve()
    return {
      events,
      on: (name: string, listener: () => void) => emitter.on(name, listener),
      connect: () => connect ?? done(),
      subscribe: done,
      pause: () => undefined,
      run: async () => {
        await run
        ran.add(emitter)
        setImmediate(() => emitter.emit('join', { payload: { memberAssignment: { topic: [1, 2] } } }))
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
    crash: () => consumers.at(-1)?.emit('crash', { payload: { error: new Error('crashed') } }),
    hasRun: (nth: number) => ran.has(consumers[nth] as EventEmitter),
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

test('who is replaced while it joins leaves when it has joined: told to before, it would stay in the group', async () => {
  const joining = Promise.withResolvers<undefined>()
  const group = createGroup({ run: joining.promise })
  await join(group.kafka)
  group.crash()
  await until(() => group.consumers.length === 2)
  group.crash()
  await until(() => group.consumers.length === 3)
  expect(group.hasLeft(1)).toBe(false)
  joining.resolve(undefined)
  await until(() => group.hasLeft(1))
  expect(group.hasRun(1)).toBe(true)
})

test('who is closed while it connects does not join any more', async () => {
  const connecting = Promise.withResolvers<undefined>()
  const group = createGroup({ connect: connecting.promise })
  await join(group.kafka)
  group.crash()
  await until(() => group.consumers.length === 2)
  const closed = membership?.close()
  connecting.resolve(undefined)
  await closed
  expect([group.hasRun(1), group.hasLeft(1)]).toEqual([false, true])
})
