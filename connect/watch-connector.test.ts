import { describe, expect, test } from '@jest/globals'
import { applyConnector, driftOf } from './apply-connector.ts'
import type { ConnectApi, ConnectorStatus, State } from './connect-api.ts'
import type { ConnectorConfig } from './connector-config.ts'
import { healthOf } from './health.ts'
import type { Slot } from './slot.ts'
import { createLook } from './watch-connector.ts'

const wanted: ConnectorConfig = { name: 'c', 'poll.interval.ms': '50', 'database.password': 'new' }
const reserved: Slot = { active: true, lagBytes: 12_000, restartLagBytes: 20_000, walStatus: 'reserved' }

const statusOf = (connector: State, task: State, trace?: string): ConnectorStatus => ({
  connector: { state: connector },
  tasks: [{ id: 0, state: task, ...(trace === undefined ? {} : { trace }) }],
})

/** Connect and a slot in memory, which remember what was asked of them. */
const systems = (begin: {
  readonly config?: ConnectorConfig
  readonly status?: ConnectorStatus
  readonly slot?: Slot
}) => {
  const calls: string[] = []
  let { config, status, slot } = begin
  const api: ConnectApi = {
    config: async () => config,
    status: async () => status,
    put: async (given) => {
      calls.push('put')
      config = given
      status = statusOf('RUNNING', 'RUNNING')
    },
    restartFailed: async () => {
      calls.push('restart')
      return undefined
    },
    stop: async () => {
      calls.push('stop')
      status = { connector: { state: 'STOPPED' }, tasks: [] }
      return undefined
    },
    resume: async () => {
      calls.push('resume')
      status = statusOf('RUNNING', 'RUNNING')
      return undefined
    },
    forgetOffsets: async () => {
      calls.push('forget')
      return undefined
    },
    remove: async () => undefined,
  }
  const slots = {
    read: async () => slot,
    drop: async () => {
      calls.push('drop')
      slot = undefined
    },
    close: async () => undefined,
  }
  const look = createLook({ api, config: wanted, slots, prepare: async () => [], log: () => undefined })
  return { api, calls, look }
}

describe('applying', () => {
  test('creates what is missing, and leaves it alone afterwards', async () => {
    const { api } = systems({})
    expect(await applyConnector(api, wanted)).toEqual({ action: 'created', drift: [], restarted: [] })
    expect(await applyConnector(api, wanted)).toEqual({ action: 'unchanged', drift: [], restarted: [] })
  })

  test('tells each key that drifted, and no password', () => {
    const found = { name: 'c', 'poll.interval.ms': '500', 'database.password': 'old', stray: 'x' }
    expect(driftOf(found, wanted)).toEqual([
      { key: 'database.password', found: '***', wanted: '***' },
      { key: 'poll.interval.ms', found: '500', wanted: '50' },
      { key: 'stray', found: 'x', wanted: undefined },
    ])
  })

  test('starts again what failed', async () => {
    const { api, calls } = systems({ config: wanted, status: statusOf('RUNNING', 'FAILED', 'why') })
    expect(await applyConnector(api, wanted)).toMatchObject({ action: 'unchanged', restarted: ['task 0'] })
    expect(calls).toEqual(['restart'])
  })
})

describe('a look', () => {
  test('creates a missing connector', async () => {
    const { look, calls } = systems({})
    await look()
    expect(calls).toEqual(['put'])
  })

  test('does nothing to a healthy one', async () => {
    const { look, calls } = systems({
      config: wanted,
      status: statusOf('RUNNING', 'RUNNING'),
      slot: reserved,
    })
    expect(healthOf(await look())).toMatchObject({
      unready: null,
      detail: 'RUNNING, 1 task, slot 12 kB behind',
    })
    expect(calls).toEqual([])
  })

  test('does not start a failed task again with every look', async () => {
    const { look, calls } = systems({ config: wanted, status: statusOf('RUNNING', 'FAILED', 'why\n at x') })
    expect(healthOf(await look()).unready).toBe('task 0 is FAILED: why')
    await look()
    expect(calls).toEqual(['restart'])
  })

  test('leaves a paused connector alone, whatever drifted', async () => {
    const { look, calls } = systems({
      config: { name: 'c' },
      status: statusOf('PAUSED', 'PAUSED'),
      slot: reserved,
    })
    expect(healthOf(await look()).unready).toBe('the connector is PAUSED')
    expect(calls).toEqual([])
  })

  test('has everything read anew when the slot is lost', async () => {
    const lost = { ...reserved, active: false, walStatus: 'lost' }
    const { look, calls } = systems({ config: wanted, status: statusOf('RUNNING', 'RUNNING'), slot: lost })
    await look()
    expect(calls).toEqual(['stop', 'drop', 'forget', 'resume'])
  })

  test('leaves a paused connector alone when its slot is lost; everything is read anew once it is resumed', async () => {
    const lost = { ...reserved, active: false, walStatus: 'lost' }
    const { api, look, calls } = systems({ config: wanted, status: statusOf('PAUSED', 'PAUSED'), slot: lost })
    await look()
    expect(calls).toEqual([])
    await api.resume()
    await look()
    expect(calls).toEqual(['resume', 'stop', 'drop', 'forget', 'resume'])
  })

  test('goes on with it when an earlier one was cut off', async () => {
    const stopped: ConnectorStatus = { connector: { state: 'STOPPED' }, tasks: [] }
    const { look, calls } = systems({ config: wanted, status: stopped })
    await look()
    expect(calls).toEqual(['stop', 'drop', 'forget', 'resume'])
  })
})

test.each([
  [{ status: undefined, drift: [], slot: undefined }, 'there is no connector yet'],
  [
    {
      status: statusOf('RUNNING', 'RUNNING'),
      drift: [{ key: 'k', found: 'a', wanted: 'b' }],
      slot: reserved,
    },
    'its configuration drifted: k',
  ],
  [
    { status: { connector: { state: 'RUNNING' as const }, tasks: [] }, drift: [], slot: reserved },
    'the connector has no task yet',
  ],
  [
    { status: statusOf('RUNNING', 'RUNNING'), drift: [], slot: { ...reserved, walStatus: 'lost' } },
    'its replication slot is lost',
  ],
  [{ status: statusOf('RUNNING', 'RUNNING'), drift: [], slot: reserved, trouble: 'away' }, 'away'],
])('unready with words (%#)', (seen, words) => {
  expect(healthOf(seen).unready).toBe(words)
})
