import { readFile } from 'node:fs/promises'

/** A query and what whoever typed it may have meant. */
export type JudgedQuery = {
  readonly group: string
  readonly q: string
  /** Further parameters of the search. */
  readonly filters?: Readonly<Record<string, string>>
  /** In words: see the README. */
  readonly meant: string
  /** The ids of all entities that answer it, `track/…`, `artist/…` or `album/…`. */
  readonly relevant: readonly string[]
}

/** How well the first ten hits answer. */
export type Judgement = {
  readonly group: string
  /** The part of the relevant ones that is among ten hits, of as many as can be. */
  readonly recall: number
  /** One divided by the rank of the first relevant hit, 0 if there is none. */
  readonly reciprocalRank: number
}

/** The judged queries on the real catalogue, one a line. */
export const readJudgedQueries = async (): Promise<readonly JudgedQuery[]> =>
  (await readFile(new URL('judged-queries.ndjson', import.meta.url), 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JudgedQuery)

/** Judges the first ten hits, best first. */
export const judgementOf = ({ group, relevant }: JudgedQuery, hits: readonly string[]): Judgement => {
  const wanted = new Set(relevant)
  const found = hits.slice(0, hitsMax).filter((hit) => wanted.has(hit)).length
  const first = hits.findIndex((hit) => wanted.has(hit))
  return {
    group,
    recall: found / Math.min(wanted.size, hitsMax),
    reciprocalRank: first < 0 ? 0 : 1 / (first + 1),
  }
}

const hitsMax = 10

/** The means of judgements. */
export const meansOf = (judgements: readonly Judgement[]) => ({
  queries: judgements.length,
  recall: mean(judgements.map(({ recall }) => recall)),
  mrr: mean(judgements.map(({ reciprocalRank }) => reciprocalRank)),
})

/** A table of the means, by group and over all. */
export const tableOf = (judgements: readonly Judgement[]): string => {
  const groups = [...new Set(judgements.map(({ group }) => group))]
  const rows = groups.map((name): [string, readonly Judgement[]] => [
    name,
    judgements.filter(({ group }) => group === name),
  ])
  return [...rows, ['all', judgements] as const]
    .map(([name, those]) => {
      const { queries, recall, mrr } = meansOf(those)
      return `${name.padEnd(26)}${queries.toString().padStart(5)}  recall@10 ${recall.toFixed(3)}  MRR ${mrr.toFixed(3)}`
    })
    .join('\n')
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
