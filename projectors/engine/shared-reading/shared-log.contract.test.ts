import { logContract } from '@reprise/core/contracts/log.contract.ts'
import { createInMemoryLog } from '@reprise/adapters/in-memory/log.in-memory.ts'
import type { Log, ReaderOptions } from '@reprise/core/ports/log.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import { sharedLog } from './shared-log.ts'

/** Every reader is in a process of its own, together with others of whom the contract must not notice anything. */
const eachWith = (log: Log, others: Readonly<Record<string, Partial<ReaderOptions>>>): Log => {
  let readers = 0
  const read = async (options: ReaderOptions) => {
    const { topic } = options
    const group = options.group ?? `reader-${readers++}`
    const members = [group, ...Object.keys(others)].map((name) => ({ topic, group: name }))
    const shared = sharedLog(log, { members, logger: quiet, settleMs: 20, patienceMs: 20, weightMax: 1_000 })
    const companions = await Promise.all(
      Object.entries(others).map(([name, other]) =>
        shared.read({ ...nothing, topic, resumeAt: () => Promise.resolve(0), group: name, ...other }),
      ),
    )
    const reader = await shared.read({ ...options, group })
    return {
      ...reader,
      close: async () => {
        // Whoever is stuck never closes.
        for (const companion of companions) void companion.close()
        await reader.close()
      },
    }
  }
  return { ...log, read }
}

const nothing = { onBatch: () => Promise.resolve(), onStopped: () => undefined }
const never = () => new Promise<never>(() => undefined)

logContract('shared by one', () => Promise.resolve(eachWith(createInMemoryLog({ partitions: 2 }), {})))
logContract('shared with others', () =>
  Promise.resolve(
    eachWith(createInMemoryLog({ partitions: 2 }), {
      quick: {},
      stuck: { onBatch: never },
      silent: { resumeAt: never },
      broken: { onBatch: () => Promise.reject(new Error('a handler threw')) },
    }),
  ),
)
