/** Where the views of a deployment lie: its Cassandra keyspace, and what its index names begin with. */
export const storeNamesOf = (
  namespace: string,
): { readonly keyspace: string; readonly indexPrefix: string } => ({
  keyspace: namespace === '' ? 'reprise' : `reprise_${namespace}`,
  indexPrefix: namespace === '' ? '' : `${namespace}_`,
})
