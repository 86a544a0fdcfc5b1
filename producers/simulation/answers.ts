import { isDeepStrictEqual } from 'node:util'
import type { Outcome } from '../write-path/command.ts'
import type { PlaylistReport } from '../playlists/playlist.decider.ts'
import type { PlaylistOrder, Said, Truth } from './truth.ts'

/** An answer of a process, with the partition's end when the request arrived and when the answer was given. */
export type Answer = {
  readonly order: PlaylistOrder
  readonly outcome: Outcome<PlaylistReport>
  readonly endBefore: number
  readonly endAfter: number
}

/**
 * Why an answer is wrong; undefined when it is right. An accepted command stands in the log, accepted, before it is
 * answered, and the answer is what its record says; the
 * position of a no-op is not below the version that it names; for a refusal or a no-op there is a moment between request
 * and answer at which the history says so (laws 4 and 5).
 */
export const objectionTo = (answer: Answer, truth: Truth): string | undefined => {
  const { order, outcome, endBefore, endAfter } = answer
  if (outcome.kind === 'accepted') {
    const said = truth.saidOf(order, endAfter)
    return said.kind === 'accepted' && isSame(said, outcome)
      ? undefined
      : `${order.commandId} was answered ${shown(outcome)}, the history says ${shown(said)}`
  }
  const ends = Array.from({ length: endAfter - endBefore + 1 }, (_, nth) => endBefore + nth)
  const isShown =
    outcome.kind !== 'unchanged' || truth.versionAt(order.streamId, outcome.offset + 1) >= outcome.version
  return isShown && ends.some((end) => isSame(truth.saidOf(order, end), outcome))
    ? undefined
    : `${order.commandId} was answered ${shown(outcome)}; between request and answer (${endBefore} to ${endAfter}) the ` +
        `history said ${[...new Set(ends.map((end) => shown(truth.saidOf(order, end))))].join(', ')}`
}

const isSame = (said: Said, outcome: Outcome<PlaylistReport>): boolean => {
  if (said.kind === 'would append' || said.version !== outcome.version) return false
  if (outcome.kind === 'refused')
    return (
      said.kind === 'refused' &&
      said.code === outcome.refusal.refused &&
      (said.code !== 'version-mismatch' || outcome.refusal.facts?.['currentVersion'] === said.version)
    )
  if (outcome.kind === 'unchanged') return said.kind === 'unchanged'
  return (
    said.kind === 'accepted' &&
    said.offset === outcome.offset &&
    isDeepStrictEqual(said.report, outcome.report)
  )
}

const shown = (what: Said | Outcome<PlaylistReport>): string =>
  JSON.stringify(what, (name, value: unknown) => (name === 'order' ? undefined : value))
