import { type Admin, AssignerProtocol } from 'kafkajs'
import type { Owner } from '@reprise/core/ports/ownership.port.ts'
import { memberDataOf } from './partition-ownership-assigner.ts'

/** Who owns which partition. */
export type OwnerMap = ReadonlyMap<number, Owner>

/**
 * Asks the coordinator for the owners of a topic's partitions. Undefined while the group is being shared out anew:
 * then nobody knows better than the map before. @throws when the coordinator does not answer
 */
export const readOwnerMap = async (
  admin: Admin,
  { groupId, topic }: { readonly groupId: string; readonly topic: string },
): Promise<OwnerMap | undefined> => {
  const { groups } = await admin.describeGroups([groupId])
  const [group] = groups
  if (group === undefined || group.state === 'Empty' || group.state === 'Dead') return new Map()
  if (group.state !== 'Stable') return undefined
  return new Map(
    group.members.flatMap(({ memberMetadata, memberAssignment }) => {
      const data = memberDataOf(memberMetadata)
      if (data === undefined) return []
      const owner: Owner = { address: data.address, secret: data.secret }
      const assigned = AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment[topic] ?? []
      return assigned.map((partition): [number, Owner] => [partition, owner])
    }),
  )
}
