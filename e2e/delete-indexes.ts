import type { Client } from '@opensearch-project/opensearch'

/** Deletes all indexes whose names begin with this. */
export const deleteIndexes = async (client: Client, prefix: string): Promise<void> => {
  const { body } = await client.indices.get({ index: `${prefix}*` })
  for (const index of Object.keys(body)) await client.indices.delete({ index })
}
