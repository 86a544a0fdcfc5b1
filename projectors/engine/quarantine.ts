import type { QuarantinedGroup } from '@reprise/core/quarantine.ts'
import type { Failure } from './turn.ts'

/** The groups of one partition that wait. */
export type Quarantine = readonly QuarantinedGroup[]

/** More than a bad event: then the projection stops. */
export const quarantinedMax = 1_000

/** Of all their names together: the progress of a partition names them in one record, of which a broker takes 1 MB. */
export const namesCharsMax = 500_000

/** Too many groups of a partition wait in quarantine: the fault lies in the projection, not in events. */
export class TooManyQuarantined extends Error {
  override readonly name = 'TooManyQuarantined'
}

/** A failure as the quarantine keeps it; the attempt counts on where the same record failed before. */
export const quarantinedOf = (
  quarantine: Quarantine,
  { group, offset }: Failure,
  recordId: string,
): QuarantinedGroup => {
  const before = quarantine.find((known) => known.group === group && known.offset === offset)
  return { group, offset, recordId, attempt: (before?.attempt ?? 0) + 1 }
}

/** The quarantine after groups have stopped, each once. @throws {TooManyQuarantined} */
export const withStopped = (quarantine: Quarantine, stopped: Quarantine): Quarantine => {
  if (stopped.length === 0) return quarantine
  const names = new Set(stopped.map(({ group }) => group))
  const next = [...quarantine.filter(({ group }) => !names.has(group)), ...stopped]
  const isTooMuch = next.length > quarantinedMax || charsIn(next) > namesCharsMax
  if (!isTooMuch) return next
  const last = stopped.at(-1)
  throw new TooManyQuarantined(
    `more than ${quarantinedMax} groups of one partition can't be applied, or more than ${namesCharsMax} characters ` +
      `of their names; the last one is ${last?.group} at offset ${last?.offset}. Correct the projection and start it again`,
  )
}

/** Names are encoded: a character is a byte. */
const charsIn = (quarantine: Quarantine): number =>
  quarantine.reduce((sum, { group }) => sum + group.length, 0)

/** Whether a group waits, by its name; undefined if none does, so that nobody need ask. */
export const heldBy = (quarantine: Quarantine): ((group: string) => boolean) | undefined => {
  if (quarantine.length === 0) return undefined
  const names = new Set(quarantine.map(({ group }) => group))
  return (group) => names.has(group)
}
