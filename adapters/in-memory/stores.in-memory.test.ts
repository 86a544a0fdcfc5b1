import { documentStoreContract } from '@reprise/core/contracts/document-store.contract.ts'
import { rowStoreContract } from '@reprise/core/contracts/row-store.contract.ts'
import { createInMemoryDocumentStore } from './document-store.in-memory.ts'
import { createInMemoryRowStore } from './row-store.in-memory.ts'

rowStoreContract('in memory', () => Promise.resolve(createInMemoryRowStore()))
documentStoreContract('in memory', () => Promise.resolve(createInMemoryDocumentStore()))
