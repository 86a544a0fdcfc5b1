import type { Caller } from '@reprise/core/caller.ts'
import { Problem } from '@reprise/core/problem.ts'
import type { ProjectionQuery } from '@reprise/core/projection-query.ts'
import { playlistDetails } from '@reprise/projectors/playlist-details.projection.ts'
import {
  createVisiblePlaylist,
  isVisible,
  noPlaylist,
  type PlaylistDetails,
} from '../playlists/visible-playlist.ts'
import type { View } from '../progress/watermarks.ts'
import type { Sources } from '../sources.ts'
import type { Served } from './served.ts'

/** What the rule looks at: a row, or the key of a list. */
export type Subject = Readonly<Record<string, unknown>>

/** The rule of a route, at work. */
export type Rule = {
  /** Whether callers without a token get 401. */
  readonly isPersonal: boolean
  /** The views that the rule asks, beside the projection's own. */
  readonly views: readonly View[]
  readonly allows: (subject: Subject, caller: Caller | undefined) => Promise<boolean>
  /** The same for what is not there and for what the caller may not see. */
  readonly refusal: (subject: Subject) => Problem
}

/** See {@link Rule}. Ask after reading: who has just lost the right to see it doesn't see it. */
export const ruleOf = (projection: Served, { visible, params }: ProjectionQuery, sources: Sources): Rule => {
  const refusal = (subject: Subject) =>
    new Problem(
      'not-found',
      nothingThere(
        projection.name,
        params.map((name) => String(subject[name])),
      ),
    )
  switch (visible.rule) {
    case 'everyone':
      return { isPersonal: false, views: [], allows: () => Promise.resolve(true), refusal }
    case 'owner':
      return {
        isPersonal: true,
        views: [],
        allows: (subject, caller) => Promise.resolve(subject[visible.column] === caller?.userId),
        refusal,
      }
    case 'readers-of-playlist':
      return projection.name === playlistDetails.name ? ofTheRowItself : readersRule(visible.column, sources)
  }
}

const nothingThere = (name: string, asked: readonly string[]) =>
  `there is no ${name.replaceAll('-', ' ')} ${asked.length > 0 ? `for ${asked.join(', ')} ` : ''}that you may see`

const refusal = ({ playlistId }: Subject) => noPlaylist(String(playlistId))

const ofTheRowItself: Rule = {
  refusal,
  isPersonal: false,
  views: [],
  allows: (row, caller) => Promise.resolve(isVisible(row as PlaylistDetails, caller)),
}

const readersRule = (column: string, sources: Sources): Rule => {
  const visible = createVisiblePlaylist(sources)
  return {
    isPersonal: false,
    views: [playlistDetails],
    refusal,
    allows: async (subject, caller) => (await visible(String(subject[column]), caller)) !== undefined,
  }
}
