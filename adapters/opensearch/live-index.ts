import { errors, type Client } from '@opensearch-project/opensearch'
import { isNameOf, physicalNameOf } from '@reprise/core/layout/physical-index.ts'
import type { DocumentIndex, DocumentStore, IndexName } from '@reprise/core/ports/document-store.port.ts'

/** Creating an index may wait for a busy node. */
const slow = { requestTimeout: 30_000 } as const

/**
 * The names in OpenSearch: the index of a declaration, the alias that its writers use, and the alias that readers of
 * the logical name use.
 */
export const indexNamesOf = (prefix: string) => {
  const physicalOf = (index: DocumentIndex) => `${prefix}${physicalNameOf(index)}`
  return {
    physicalOf,
    /**
     * Bulks name this alias and require it to be one. A bulk to an index that was deleted under us would create it
     * again with guessed mappings, and a view without its past; so it fails instead, until `ensure` has made both.
     */
    writersOf: (index: DocumentIndex) => `${physicalOf(index)}-write`,
    liveOf: ({ name }: IndexName) => `${prefix}${name}-live`,
    /** What the name was before indexes were made per mapping, and wildcards for all that came since. */
    generationsOf: ({ name }: IndexName) => [`${prefix}${name}`, `${prefix}${name}-*`],
  }
}

/** Which index is live: `ensure`, `isLive` and `promote` of the DocumentStore port. Failures are the client's own. */
export const createLiveIndexes = (
  client: Client,
  prefix: string,
): Pick<DocumentStore, 'ensure' | 'isLive' | 'promote'> => {
  const names = indexNamesOf(prefix)

  const readersRead = async (index: IndexName): Promise<string | undefined> => {
    const name = names.liveOf(index)
    const { body } = await client.indices.getAlias({ name }).catch(orNothing)
    return Object.keys(body)[0]
  }
  /**
   * Every live index is its alias's write index, though nobody writes through it: an alias has only one of these, so of
   * two processes that switch at once, one fails. False for that one.
   */
  const readersSwitch = async (index: IndexName, from: string | undefined, to: string): Promise<boolean> => {
    const alias = names.liveOf(index)
    const removal = from === undefined ? [] : [{ remove: { index: from, alias, must_exist: true } }]
    const actions = [...removal, { add: { index: to, alias, is_write_index: true } }]
    try {
      await client.indices.updateAliases({ body: { actions } })
      return true
    } catch (error) {
      if (isOvertaken(error)) return false
      throw error
    }
  }
  const open = async (physical: string): Promise<void> => {
    const { body } = await client.indices.getSettings({ index: physical, name: 'index.blocks.write' })
    if (Object.keys(body).length > 0)
      await client.indices.putSettings({ index: physical, body: { 'index.blocks.write': null } })
  }
  const deleteOlder = async (index: IndexName, next: string, before: string | undefined): Promise<void> => {
    const { body } = await client.indices.getSettings({
      index: names.generationsOf(index),
      name: 'index.creation_date',
      flat_settings: true,
      ignore_unavailable: true,
    })
    const madeAt = (name: string) => Number((body as Generations)[name]?.settings['index.creation_date'])
    const older = Object.keys(body).filter(
      (name) =>
        isNameOf(name.slice(prefix.length), index.name) && name !== before && madeAt(name) < madeAt(next),
    )
    for (const name of older) await client.indices.delete({ index: name }).catch(orNothing)
  }

  return {
    ensure: async (index) => {
      const physical = names.physicalOf(index)
      const { body: exists } = await client.indices.exists({ index: physical })
      if (!exists)
        await client.indices
          .create({ index: physical, body: creationOf(index) as never, timeout: '25s' }, slow)
          .catch(unlessThere)
      await client.indices.putAlias({ index: physical, name: names.writersOf(index) })
      await open(physical)
      if ((await readersRead(index)) !== undefined) return
      // What an earlier release made under the bare name goes on serving until this one is as new.
      const earlier = `${prefix}${index.name}`
      const { body: hasEarlier } = await client.indices.exists({ index: earlier })
      await readersSwitch(index, undefined, hasEarlier ? earlier : physical)
    },
    isLive: async (index) => (await readersRead(index)) === names.physicalOf(index),
    promote: async (index, isAsNew) => {
      const [before, next] = [await readersRead(index), names.physicalOf(index)]
      if (before === next) return true
      if (before !== undefined) {
        // Answers once every write that was under way has ended.
        await client.indices.addBlock({ index: before, block: 'write' }, slow)
        if (!(await isAsNew())) return false
      }
      if (!(await readersSwitch(index, before, next))) return false
      await deleteOlder(index, next, before)
      return true
    },
  }
}

type Generations = Readonly<
  Record<string, { readonly settings: { readonly 'index.creation_date'?: string } } | undefined>
>

/** One shard and no replica suit one node; refreshing is asked for, not timed. Unknown fields are refused, not guessed. */
const creationOf = ({ mappings, settings }: DocumentIndex) => ({
  settings: {
    number_of_shards: 1,
    number_of_replicas: 0,
    refresh_interval: '-1',
    // Whatever was written since the last flush is written again after a crash, before anything is answered.
    'translog.flush_threshold_size': '64mb',
    ...settings,
  },
  mappings: { dynamic: 'strict', ...mappings },
})

const unlessThere = (reason: unknown): void => {
  if (typeOf(reason) !== 'resource_already_exists_exception') throw reason
}

const orNothing = (reason: unknown): { readonly body: object } => {
  if (reason instanceof errors.ResponseError && reason.statusCode === 404) return { body: {} }
  throw reason
}

/** The alias isn't where it was found, or has a write index already. */
const isOvertaken = (reason: unknown): boolean =>
  typeOf(reason) === 'aliases_not_found_exception' ||
  typeOf(reason) === 'index_not_found_exception' ||
  (typeOf(reason) === 'illegal_state_exception' &&
    /more than one write index/.test((reason as Error).message))

const typeOf = (reason: unknown): string | undefined =>
  reason instanceof errors.ResponseError
    ? (reason.body as { readonly error?: { readonly type?: string } } | undefined)?.error?.type
    : undefined
