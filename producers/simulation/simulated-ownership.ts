import type { Ownership } from '@reprise/core/ports/ownership.port.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { Faults } from './faults.ts'
import type { Owner, VirtualTime } from './virtual-time.ts'

/** Who owns each partition, by the address of the process. */
type Assignment = readonly (string | undefined)[]

type Member = {
  readonly address: string
  readonly owner: Owner
  readonly learn: (assignment: Assignment) => void
}

/** After so long without a sign of life a process loses its partitions. */
const sessionMs = 2_000

/**
 * The group that says who owns which partition. Every process hears of a change when it hears of it: at once, later, or
 * when it goes on after a pause; until then it believes what it knew.
 */
export const createSimulatedGroup = (options: {
  readonly time: VirtualTime
  readonly random: SeededRandom
  readonly partitions: number
  readonly faults: () => Faults
}) => {
  const { time, random } = options
  const members = new Set<Member>()
  let assignment: Assignment = []

  const isThere = ({ owner }: Member) => owner.state === 'running'
  /** Late, but never an older word after a newer one. */
  const tell = (member: Member) => {
    const ms = random.chance(options.faults().staleOwner) ? random.below(8_000) : random.delay(20)
    time.after(ms, member.owner, () => member.learn(assignment))
  }
  const rebalance = () => {
    const there = [...members].filter(isThere)
    for (const member of members) if (member.owner.state === 'dead') members.delete(member)
    if (there.length === 0) return
    const shift = random.below(there.length)
    assignment = Array.from(
      { length: options.partitions },
      (_, partition) => there[(partition + shift) % there.length]?.address,
    )
    for (const member of members) tell(member)
  }

  return {
    rebalance,
    /** A process was killed or paused: the others notice after its session. */
    missed: (): void => void time.after(sessionMs, undefined, rebalance),
    join: (address: string, owner: Owner): Ownership => {
      let known: Assignment = []
      const listeners: (() => void)[] = []
      const member: Member = {
        address,
        owner,
        learn: (news) => {
          known = news
          for (const listener of listeners) listener()
        },
      }
      members.add(member)
      time.after(random.delay(30), undefined, rebalance)
      return {
        owned: () => new Set(known.flatMap((who, partition) => (who === address ? [partition] : []))),
        ownerOf: (partition) => {
          const who = known[partition]
          return who === undefined || who === address ? undefined : { address: who, secret: '' }
        },
        onChange: (listener) => void listeners.push(listener),
        refresh: () => tell(member),
        close: () => Promise.resolve(),
      }
    },
  }
}

/** See {@link createSimulatedGroup}. */
export type SimulatedGroup = ReturnType<typeof createSimulatedGroup>
