import { createInMemoryDocumentStore } from './document-store.in-memory.ts'
import { createInMemoryEventCodec } from './event-codec.in-memory.ts'
import { createInMemoryLog } from './log.in-memory.ts'
import { createInMemoryRowStore } from './row-store.in-memory.ts'

/** Empty stores for views. */
export const createInMemoryStores = () => ({
  rows: createInMemoryRowStore(),
  documents: createInMemoryDocumentStore(),
})

/** All that views are filled from and kept in. */
export const createInMemoryParts = () => ({
  log: createInMemoryLog(),
  codec: createInMemoryEventCodec(),
  ...createInMemoryStores(),
})
