import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { StoreUnavailable } from '@reprise/core/ports/store-failure.ts'

/**
 * A row store that may not be up yet: until a connection exists every call makes one or is unavailable, so what needs
 * another store can start meanwhile.
 */
export const createLateRowStore = (connect: () => Promise<RowStore>): RowStore => {
  const listeners: (() => void)[] = []
  let store: Promise<RowStore> | undefined

  const connected = (): Promise<RowStore> => (store ??= connectOnce())
  const connectOnce = async (): Promise<RowStore> => {
    try {
      const made = await connect()
      for (const listener of listeners) made.onLost(listener)
      return made
    } catch (cause) {
      store = undefined
      throw new StoreUnavailable(`no connection to the store: ${(cause as Error).message}`, { cause })
    }
  }
  return {
    ensure: async (table) => (await connected()).ensure(table),
    drop: async (table) => (await connected()).drop(table),
    read: async (table, query) => (await connected()).read(table, query),
    writeTogether: async (table, writes) => (await connected()).writeTogether(table, writes),
    confirm: async () => (await connected()).confirm(),
    onLost: (listener) => {
      listeners.push(listener)
      void store?.then(
        (made) => made.onLost(listener),
        () => undefined,
      )
    },
    close: async () => {
      await store?.then(
        (made) => made.close(),
        () => undefined,
      )
    },
  }
}
