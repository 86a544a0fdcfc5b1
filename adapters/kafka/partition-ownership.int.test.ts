import { randomBytes } from 'node:crypto'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { configurationOf } from '@reprise/core/configuration.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { Kafka, logLevel } from 'kafkajs'
import { createKafkaOwnership, type KafkaOwnership } from './partition-ownership.ts'
import { createKafkaClient } from './kafka-client.ts'
import { ensureTopics } from './topics.ts'

const partitionCount = 7
const all = [...Array(partitionCount).keys()]
/** Longer than this machine stands still: nobody is out who wasn't cut off. */
const longSessionMs = 20_000
const shortSessionMs = 2_000

type Member = { readonly name: string; readonly ownership: KafkaOwnership }

/** Repeats an expectation until it holds; how long that may take is the test's time-out. */
const eventually = async (expectation: () => void): Promise<void> => {
  for (const until = Date.now() + 80_000; ;) {
    try {
      expectation()
      return
    } catch (reason) {
      if (Date.now() > until) throw reason
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

const ownedBy = ({ ownership }: Member) => [...ownership.owned()].sort((a, b) => a - b)

/** Nobody shares a partition, everything is owned, and everyone knows where. */
const expectStable = (members: readonly Member[]): void => {
  expect(members.flatMap(ownedBy).sort((a, b) => a - b)).toEqual(all)
  for (const { ownership } of members)
    for (const owner of members)
      for (const partition of ownedBy(owner)) {
        const known = owner.ownership === ownership ? undefined : { address: owner.name, secret: owner.name }
        expect(ownership.ownerOf(partition)).toEqual(known)
      }
}

describe('ownership of partitions on Kafka', () => {
  const { kafka: brokers } = configurationOf(process.env)
  let namespace: string
  const members = new Set<Member>()
  const servers: Server[] = []

  const join = async (
    name: string,
    sessionMs = longSessionMs,
    kafka = createKafkaClient({ brokers, logger: quiet }),
  ): Promise<Member> => {
    const options = { kafka, namespace, topic: 'playlist-events', sessionMs, logger: quiet } as const
    const member = {
      name,
      ownership: await createKafkaOwnership({ ...options, address: name, secret: name }),
    }
    members.add(member)
    return member
  }
  const leave = async (member: Member): Promise<void> => {
    members.delete(member)
    await member.ownership.close()
  }
  beforeEach(async () => {
    namespace = `own_${randomBytes(4).toString('hex')}`
    await ensureTopics({ brokers, namespace, partitions: partitionCount, logger: quiet })
  })
  afterEach(async () => {
    await Promise.all([...members].map(leave))
  })
  afterAll(() => {
    for (const server of servers) server.close()
  })

  test('members join and leave: every partition has one owner whom all know, and the others keep theirs', async () => {
    const one = await join('one')
    expectStable([one])
    const two = await join('two')
    await eventually(() => expectStable([one, two]))
    const before = [ownedBy(one), ownedBy(two)]
    const three = await join('three')
    await eventually(() => expectStable([one, two, three]))
    for (const [at, member] of [one, two].entries())
      expect(before[at]).toEqual(expect.arrayContaining(ownedBy(member)))
    const kept = ownedBy(three)
    await leave(one)
    await eventually(() => expectStable([two, three]))
    expect(ownedBy(three)).toEqual(expect.arrayContaining(kept))
    await leave(two)
    await eventually(() => expectStable([three]))
  })

  test('two that start at once agree', async () => {
    const both = await Promise.all([join('one'), join('two')])
    await eventually(() => expectStable(both))
  })

  test('while the others share out anew, a member that stays keeps what it has', async () => {
    const one = await join('one')
    const seen: (readonly number[])[] = []
    one.ownership.onChange(() => seen.push(ownedBy(one)))
    const two = await join('two')
    await eventually(() => expectStable([one, two]))
    await leave(two)
    await eventually(() => expectStable([one]))
    expect(Math.min(...seen.map(({ length }) => length))).toBe(Math.ceil(partitionCount / 2))
  })

  test('a member that is cut off owns nothing after its session, the others take over, and it comes back', async () => {
    const line = await createLine(brokers[0] ?? '')
    servers.push(line.server)
    const one = await join('one', shortSessionMs)
    const two = await join('two', shortSessionMs, line.kafka)
    await eventually(() => expectStable([one, two]))
    const [ofOne = -1] = ownedBy(one)
    line.cut()
    await eventually(() => expect(ownedBy(two)).toEqual([]))
    expect(two.ownership.notReady()).toMatch(/not in the group/)
    await eventually(() => expect(ownedBy(one)).toEqual(all))
    // The map of one that is cut off is the last that it saw.
    expect(two.ownership.ownerOf(ofOne)).toEqual({ address: 'one', secret: 'one' })
    line.mend()
    await eventually(() => expect(two.ownership.notReady()).toBeUndefined())
    await eventually(() => expectStable([one, two]))
    expect(ownedBy(two).length).toBeGreaterThan(0)
  })

  test('when the broker takes no connections for a while, members find each other again', async () => {
    const line = await createLine(brokers[0] ?? '')
    servers.push(line.server)
    const both = [
      await join('one', shortSessionMs, line.kafka),
      await join('two', shortSessionMs, line.kafka),
    ]
    await eventually(() => expectStable(both))
    await line.refuse()
    await eventually(() => expect(both.flatMap(ownedBy)).toEqual([]))
    await line.accept()
    await eventually(() => expect(both.flatMap(ownedBy)).toHaveLength(partitionCount))
    await eventually(() => expectStable(both))
  })
})

/** A TCP proxy that a broker's client keeps to, and that can go silent: what is sent is swallowed, no connection is closed. */
const createLine = async (broker: string) => {
  const [host, port] = broker.split(':')
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer((client) => {
    const upstream = connect(Number(port), host ?? '')
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.on('data', (chunk) => void (isCut || to.write(chunk)))
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve))
  await listen(0)
  const { port: own } = server.address() as { readonly port: number }
  const breakAll = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    server,
    /** A client whose connections all go this way, whatever address the broker names. */
    kafka: new Kafka({
      brokers: [broker],
      logLevel: logLevel.NOTHING,
      socketFactory: ({ onConnect }) => connect(own, '127.0.0.1', onConnect),
    }),
    cut: () => (isCut = true),
    mend: () => {
      isCut = false
      breakAll()
    },
    refuse: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      breakAll()
      await closed
    },
    accept: () => listen(own),
  }
}
