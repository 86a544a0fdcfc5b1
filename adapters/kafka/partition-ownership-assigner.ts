import { AssignerProtocol, type PartitionAssigner } from 'kafkajs'
import type { Owner } from '@reprise/core/ports/ownership.port.ts'

/** A member of a group, with the partitions that it believes to own. */
export type Claim = { readonly memberId: string; readonly owned: readonly number[] }

/**
 * Shares partitions 0 to `partitionCount - 1` out. Counts differ by one at most, and a member keeps as many of its
 * partitions as that allows, so none moves without need. The order in which members are named changes nothing.
 */
export const sharesOf = (
  members: readonly Claim[],
  partitionCount: number,
): ReadonlyMap<string, readonly number[]> => {
  const kept = new Map<string, number[]>()
  const free = new Set(Array.from({ length: partitionCount }, (_, partition) => partition))
  for (const { memberId, owned } of members.toSorted(byId))
    // Of two that claim the same partition, one has not heard yet that it lost it.
    kept.set(
      memberId,
      [...new Set(owned)].sort(byNumber).filter((partition) => free.delete(partition)),
    )
  const shares = [...kept].sort(([, one], [, other]) => other.length - one.length)
  const quotaOf = (at: number) =>
    Math.floor(partitionCount / shares.length) + (at < partitionCount % shares.length ? 1 : 0)
  for (const [at, [, share]] of shares.entries())
    for (const partition of share.splice(quotaOf(at))) free.add(partition)
  const rest = [...free].sort(byNumber)
  for (const [at, [, share]] of shares.entries()) {
    share.push(...rest.splice(0, quotaOf(at) - share.length))
    share.sort(byNumber)
  }
  return kept
}

/** What each member tells all the others. */
export type MemberData = Owner & { readonly owned: readonly number[] }

/** Shares a topic out among the members of a kafkajs group; each one's data travels with its subscription. */
export const createOwnerAssigner =
  (topic: string, dataOf: () => MemberData): PartitionAssigner =>
  ({ cluster }) => ({
    name: protocol,
    version,
    assign: ({ members }) => {
      const claims = members.map(({ memberId, memberMetadata }) => ({
        memberId,
        owned: memberDataOf(memberMetadata)?.owned ?? [],
      }))
      const shares = sharesOf(claims, cluster.findTopicPartitionMetadata(topic).length)
      const assignments = [...shares].map(([memberId, share]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version,
          assignment: { [topic]: [...share] },
          userData: Buffer.alloc(0),
        }),
      }))
      return Promise.resolve(assignments)
    },
    protocol: ({ topics }) => ({
      name: protocol,
      metadata: AssignerProtocol.MemberMetadata.encode({
        version,
        topics,
        userData: Buffer.from(JSON.stringify(dataOf())),
      }),
    }),
  })

/** What a member told; undefined for a member that is none of ours. */
export const memberDataOf = (metadata: Buffer): MemberData | undefined => {
  try {
    const told = AssignerProtocol.MemberMetadata.decode(metadata)?.userData.toString('utf8') ?? ''
    return JSON.parse(told) as MemberData
  } catch {
    return undefined
  }
}

const protocol = 'reprise-owners'
const version = 1

const byNumber = (one: number, other: number) => one - other
const byId = (one: Claim, other: Claim) => (one.memberId < other.memberId ? -1 : 1)
