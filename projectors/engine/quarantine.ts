import type { QuarantinedGroup } from '@reprise/core/quarantine.ts'
import type { Failure } from './turn.ts'

/** The groups of one partition that wait. */
export type Quarantine = readonly QuarantinedGroup[]

/** More than a bad event: then the projection stops. */
export const quarantinedMax = 1_000

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
  if (next.length > quarantinedMax)
    throw new TooManyQuarantined(
      `more than ${quarantinedMax} groups of one partition can't be applied; the last one is ` +
        `${stopped.at(-1)?.group} at offset ${stopped.at(-1)?.offset}. Correct the projection and start it again`,
    )
  return next
}

/** Whether a group waits, by its name; undefined if none does, so that nobody need ask. */
export const heldBy = (quarantine: Quarantine): ((group: string) => boolean) | undefined => {
  if (quarantine.length === 0) return undefined
  const names = new Set(quarantine.map(({ group }) => group))
  return (group) => names.has(group)
}
