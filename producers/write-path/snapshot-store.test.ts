import { createInMemoryRowStore } from '@reprise/adapters/in-memory/row-store.in-memory.ts'
import { snapshotStoreContract } from './snapshot-store.contract.ts'

snapshotStoreContract('in memory', () => Promise.resolve(createInMemoryRowStore()))
