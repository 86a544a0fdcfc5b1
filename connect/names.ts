import type { Settings } from './settings.ts'

/** Everything that a platform's catalogue is called in the systems that it shares with others. */
export type Names = {
  /** Address of its own database. */
  readonly database: string
  readonly connector: string
  readonly slot: string
  readonly publication: string
  /** The topic of all changes, in the database's order. */
  readonly changes: string
  readonly heartbeats: string
}

/** The names of a namespace; the empty one has no prefix. */
export function namesOf({ postgres, namespace }: Pick<Settings, 'postgres' | 'namespace'>): Names {
  const tail = namespace === '' ? '' : `_${namespace}`
  const head = namespace === '' ? '' : `${namespace}.`
  const database = new URL(postgres)
  database.pathname += tail
  return {
    database: database.href,
    connector: `reprise-catalogue${namespace === '' ? '' : `-${namespace}`}`,
    slot: `reprise_catalogue${tail}`,
    publication: 'reprise_catalogue',
    changes: `${head}catalogue-changes`,
    heartbeats: `${head}catalogue-heartbeats`,
  }
}
