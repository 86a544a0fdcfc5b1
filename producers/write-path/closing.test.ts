import { expect, test } from '@jest/globals'
import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuidv7 } from 'uuid'
import { createInMemoryEventCodec } from '@reprise/adapters/in-memory/event-codec.in-memory.ts'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { until } from '@reprise/core/contracts/until.ts'
import { soleOwnership } from '@reprise/core/ports/ownership.port.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import type { Problem } from '@reprise/core/problem.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { playlistDecider } from '../playlists/playlist.decider.ts'
import { command, create, add } from '../testing/forwarding-processes.ts'
import { createSoleCommandLog } from '../testing/sole-command-log.ts'
import { Moved } from './pending-commands.ts'

const never = () => new Promise<never>(() => undefined)
/** Longer than an orderly hand-over takes, and less than the second that it may. */
const soonMs = 700

/** A process on a log and a store that a test may spoil, and what happened to it in order. */
const createProcess = async (
  more: {
    readonly log?: (log: Log) => Log
    readonly rows?: (rows: RowStore) => RowStore
    readonly waitMsMax?: number
  } = {},
) => {
  const log = createInMemoryLog({ partitions: 1 })
  const rows = createInMemoryRowStore()
  const told: string[] = []
  const commands = await createSoleCommandLog({
    topic: 'playlist-events',
    stream: playlistDecider,
    codec: createInMemoryEventCodec(),
    log: more.log?.(log) ?? log,
    rows: more.rows?.(rows) ?? rows,
    ownership: {
      ...soleOwnership(1),
      close: () => {
        told.push('handed over')
        return Promise.resolve()
      },
    },
    newEventId: uuidv7,
    settleMs: 50,
    waitMsMax: more.waitMsMax ?? 10_000,
  })
  await commands.submit(command(create))
  const close = () => {
    void commands.close().then(() => told.push('closed'))
    return sleep(soonMs)
  }
  const tell = (outcome: Promise<{ readonly kind: string }>) =>
    void outcome.then(
      ({ kind }) => told.push(kind),
      (reason: unknown) =>
        told.push(reason instanceof Moved ? `moved, sent: ${reason.wasSent}` : (reason as Problem).code),
    )
  return { log, commands, told, close, tell }
}

/** What is appended after `spoil` takes so long to be stored, or for ever. */
const slowAppends = () => {
  let ms: number | undefined = 0
  const of = (log: Log): Log => ({
    ...log,
    createAppender: async (topic) => {
      const appender = await log.createAppender(topic)
      return {
        ...appender,
        append: async (records) => {
          if (ms === undefined) return never()
          if (ms > 0) await sleep(ms)
          return appender.append(records)
        },
      }
    },
  })
  return { of, spoil: (to: number | undefined) => void (ms = to) }
}

/** Reading back stops at `stall`, without a word. */
const stallingReader = () => {
  let isStalled = false
  const of = (log: Log): Log => ({
    ...log,
    read: (reading) =>
      log.read({ ...reading, onBatch: (batch) => (isStalled ? never() : reading.onBatch(batch)) }),
  })
  return { of, stall: () => void (isStalled = true) }
}

test('a reader that never closes holds up no hand-over', async () => {
  const { told, close } = await createProcess({
    log: (log) => ({ ...log, read: async (reading) => ({ ...(await log.read(reading)), close: never }) }),
  })
  await close()
  expect(told).toEqual(['handed over'])
})

test('nor does a store that hangs', async () => {
  let isHanging = false
  const { told, close } = await createProcess({
    rows: (rows) => ({
      ...rows,
      writeTogether: (table, writes) => (isHanging ? never() : rows.writeTogether(table, writes)),
    }),
  })
  isHanging = true
  await close()
  expect(told).toEqual(['handed over'])
})

test('what is being sent is read back and answered first', async () => {
  const { of, spoil } = slowAppends()
  const { commands, told, close, tell } = await createProcess({ log: of })
  spoil(200)
  tell(commands.submitHere(command(add())))
  tell(commands.submit(command(add())))
  await sleep(20)
  await close()
  expect(told).toEqual(['accepted', 'accepted', 'handed over', 'closed'])
})

test('an append that nobody answers holds up the hand-over for a second, and nobody hears that nothing was done', async () => {
  const { of, spoil } = slowAppends()
  const { commands, told, close, tell } = await createProcess({ log: of })
  spoil(undefined)
  tell(commands.submitHere(command(add())))
  tell(commands.submit(command(add())))
  await sleep(20)
  await close()
  expect(told).toEqual([])
  await until(() => told.length === 4)
  expect(new Set(told)).toEqual(new Set(['handed over', 'moved, sent: true', 'outcome-unknown', 'closed']))
})

test('nor longer one that is not read back; its outcome is waited for after the hand-over', async () => {
  const { of, stall } = stallingReader()
  const { commands, told, close, tell } = await createProcess({ log: of, waitMsMax: 3_000 })
  stall()
  tell(commands.submitHere(command(add())))
  await sleep(20)
  await close()
  await sleep(800)
  expect(told).toEqual(['handed over'])
  await until(() => told.includes('outcome-unknown'))
})

test('what is forwarded after that goes to the next owner; what clients send here hears that nothing was done', async () => {
  const { commands, told, close, tell } = await createProcess()
  const closing = close()
  tell(commands.submitHere(command(add())))
  tell(commands.submit(command(add())))
  await closing
  expect(told).toContain('moved, sent: false')
  expect(told).toContain('not-ready')
})
