import { logContract } from '@reprise/core/contracts/log.contract.ts'
import { createInMemoryLog } from './log.in-memory.ts'

logContract('in memory', () => Promise.resolve(createInMemoryLog({ partitions: 2 })))
