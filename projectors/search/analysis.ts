import { foldingVersion } from '@reprise/core/search/folded-name.ts'

/** Named after the folding's version, so that names folded otherwise fill another index beside the one that serves. */
const analyzer = `words_${foldingVersion}`

/**
 * How folded names are indexed. Names are taken apart by `foldText`, in documents and in queries alike, so OpenSearch
 * only splits at spaces. Nothing is scored by how rare a word is: a hit's score says how exactly it was meant, and is
 * the same after a restart, in a rebuilt index and in any other index with this analysis.
 */
export const searchSettings = {
  analysis: { analyzer: { [analyzer]: { type: 'custom', tokenizer: 'whitespace' } } },
} as const

const words = { type: 'text', analyzer, index_options: 'docs', norms: false } as const

const pieces = { type: 'keyword', doc_values: false, norms: false } as const

/** The mapping of {@link FoldedName}. */
export const foldedMapping = {
  properties: {
    key: { type: 'keyword' },
    exact: { type: 'keyword' },
    names: pieces,
    bases: pieces,
    credited: pieces,
    main: words,
    more: words,
    base: words,
    baseCount: { type: 'short' },
    order: { type: 'short' },
  },
} as const
