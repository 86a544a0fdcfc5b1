import type { Patch } from './planted-bugs.ts'

/** A mistake that someone could well make in projecting, and the tests of a file that must fail by it, and no others. */
export type ProjectingBug = {
  readonly name: string
  readonly patches: readonly Patch[]
  readonly file: string
  readonly failing: readonly string[]
}

const zombies = {
  file: 'e2e/invariants/a-zombie-cannot-overwrite.test.ts',
  failing: ['and when they arrive at last, they change nothing'],
}

/** Each of them must be caught. The first in every run of the tests, the others where they are asked for. */
export const projectingBugs: readonly [ProjectingBug, ...ProjectingBug[]] = [
  {
    name: 'rows stamped by the clock instead of their position',
    patches: [
      {
        file: 'adapters/cassandra/cassandra-statements.ts',
        find: 'types.Long.fromNumber(stamp)',
        replace: 'types.Long.fromNumber(Date.now() * 1000)',
      },
    ],
    ...zombies,
  },
  {
    name: 'documents versioned by the clock instead of their position',
    patches: [
      { file: 'adapters/opensearch/bulk.ts', find: 'version: stamp,', replace: 'version: Date.now(),' },
    ],
    ...zombies,
  },
  {
    name: 'events applied to a key that waits',
    patches: [
      {
        file: 'projectors/engine/groups.ts',
        find: 'else if (isHeld?.(nameOf({ id })) !== true) groups.set',
        replace: 'else groups.set',
      },
    ],
    file: 'e2e/invariants/poison-stops-its-key-alone.test.ts',
    failing: ['all other rows go on, those of the poisoned keys stay as they were before'],
  },
  {
    name: 'plays decided by what this process remembers alone',
    patches: [
      {
        file: 'projectors/play-index/decide-plays.ts',
        find: 'return reaches && !memory.mayHave(partition, data.identity) ? true : undefined',
        replace: 'return memory.mayHave(partition, data.identity) ? undefined : true',
      },
    ],
    file: 'e2e/invariants/plays-count-once-across-a-hand-over.test.ts',
    failing: ['one leaves', 'one joins', 'one is killed', 'it comes back'],
  },
]
