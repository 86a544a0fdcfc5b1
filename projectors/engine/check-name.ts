import { playIndexTable, verdictTable } from '../play-index/play-index-layout.ts'

/** Names of tables and files have room for it, and for what is put behind it. */
const charsMax = 150

/** The play index isn't a projection, and has tables that are named like those of one. */
const taken: ReadonlySet<string> = new Set(
  [playIndexTable, verdictTable].map(({ name }) => name.replace(/_v\d+$/, '').replaceAll('_', '-')),
)

/**
 * Why no projection can have this name, with the remedy. Tables, indexes and files are called after it; of two names
 * that pass, no stored name is the same.
 */
export const nameFault = (name: string): string | undefined => {
  if (taken.has(name)) return `the tables of the play index are called so. Give it another name`
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) && name.length <= charsMax
    ? undefined
    : 'this is no name of a projection, after which tables and indexes are called. Give it words of small letters and ' +
        `digits with dashes between them, at most ${charsMax} characters, as in artist-fans`
}
