import { afterAll, beforeAll, describe, test } from '@jest/globals'
import { createCassandraRowStore } from '@reprise/adapters/cassandra/cassandra-row-store.ts'
import { createKafkaLog } from '@reprise/adapters/kafka/kafka-log.ts'
import { createOpenSearchDocumentStore } from '@reprise/adapters/opensearch/opensearch-document-store.ts'
import { createRegistryCodec } from '@reprise/adapters/registry/registry-codec.ts'
import { configurationOf } from '@reprise/core/configuration.ts'
import { storeNamesOf } from '@reprise/core/layout/store-names.ts'
import type { Log } from '@reprise/core/ports/log.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import type { Stores } from '@reprise/projectors/engine/create-view.ts'
import { runAll } from '@reprise/projectors/engine/run-all.ts'
import { createHold, cutShort, withoutGroups } from '@reprise/projectors/testing/faults.ts'
import type { Platform } from '../platform.ts'
import { expectViewsToEqualTheFold } from './expect-views.ts'
import { createFedHistory, type FedHistory } from './fed-history.ts'
import { startFleet } from './projector-fleet.ts'
import { comparedViews } from './stored-views.ts'

/** The zombie has seen so many records of each partition, and no rebalance. */
const seenByZombie = 60

/** The log as the zombie has it: cut off, shared with nobody, and nobody hears what it says of its progress. */
const zombieLog = (log: Log): Log => ({
  ...withoutGroups(cutShort(log, seenByZombie)),
  createAppender: () =>
    Promise.resolve({
      append: () => Promise.resolve(new Map()),
      beforeNext: (call) => void setImmediate(call),
      close: () => Promise.resolve(),
    }),
})

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20))
}

describe('a projector that wakes up too late changes nothing that is newer', () => {
  let platform: Platform
  let history: FedHistory
  let letGo: () => Promise<void>
  beforeAll(async () => {
    platform = await startFleet()
    history = await createFedHistory(platform, { seed: 8, events: 1_500, partitions: 4 })
  }, 120_000)
  afterAll(async () => {
    await history.close()
    await platform.stop()
  })

  test('others go on while its writes of rows, documents and checkpoints are on their way', async () => {
    await history.feed(500, 500)
    const {
      kafka: brokers,
      namespace,
      registry: url,
      ...configuration
    } = configurationOf(platform.environment)
    const { keyspace, indexPrefix: prefix } = storeNamesOf(namespace)
    const log = await createKafkaLog({ brokers, namespace, logger: quiet })
    const rows = await createCassandraRowStore({
      contactPoints: configuration.cassandra,
      datacenter: configuration.cassandraDatacenter,
      keyspace,
      logger: quiet,
    })
    const documents = createOpenSearchDocumentStore({ node: configuration.openSearch, prefix, logger: quiet })
    const { stores, held } = holding(beginningWithNothing({ rows, documents }))
    const zombie = await runAll(comparedViews, {
      log: zombieLog(log),
      codec: await createRegistryCodec({ url, namespace, logger: quiet }),
      logger: quiet,
      stores,
    })
    letGo = async () => {
      held.release()
      await until(() => held.isDone())
      await zombie.close()
      await Promise.all([rows.close(), documents.close(), log.close()])
    }
    await until(() => held.count > 20)
    await history.feed(500, 1_000)
    await expectViewsToEqualTheFold(platform)
  }, 300_000)

  test('and when they arrive at last, they change nothing', async () => {
    await letGo()
    await expectViewsToEqualTheFold(platform)
  }, 300_000)
})

/** What is decided of plays is not compared. */
const isOfIndex = (name: string): boolean => /^play_(index|verdicts)_/.test(name)

/** Finds no row and no checkpoint, as the process did that began long ago: so it writes rows of that time. */
const beginningWithNothing = ({ rows, documents }: Stores): Stores => ({
  rows: {
    ...rows,
    read: (table, query) =>
      isOfIndex(table.name) && !table.name.endsWith('_checkpoint')
        ? rows.read(table, query)
        : Promise.resolve([]),
  },
  documents: { ...documents, get: () => Promise.resolve(new Map()) },
})

/** Holds every write but those of what is not compared; counts them, and those that are done. */
const holding = (stores: Stores) => {
  const hold = createHold(stores)
  let begun = 0
  let done = 0
  const counted =
    <Args extends unknown[]>(write: (...args: Args) => Promise<void>) =>
    async (...args: Args): Promise<void> => {
      begun++
      await write(...args)
      done++
    }
  hold.hold()
  const { rows, documents } = hold.stores
  return {
    stores: {
      rows: {
        ...rows,
        writeTogether: counted((table, writes) =>
          (isOfIndex(table.name) ? stores.rows : rows).writeTogether(table, writes),
        ),
      },
      documents: { ...documents, write: counted(documents.write) },
    } satisfies Stores,
    held: {
      get count() {
        return begun
      },
      release: hold.release,
      isDone: () => begun > 0 && begun === done,
    },
  }
}
