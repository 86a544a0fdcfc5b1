import { v7 as uuidv7 } from 'uuid'
import type { EventType } from '@reprise/core/event.ts'
import { soleOwnership } from '@reprise/core/ports/ownership.port.ts'
import type { RowStore } from '@reprise/core/ports/row-store.port.ts'
import { quiet } from '@reprise/core/quiet-logger.ts'
import {
  type CommandLog,
  type CommandLogOptions,
  createCommandLog,
  forwardToNobody,
} from '../write-path/command-log.ts'
import { createSnapshotStore } from '../write-path/snapshot-store.ts'

/** What a test chooses of a command log. */
export type SoleOptions<State, Body, Type extends EventType, Report> = Pick<
  CommandLogOptions<State, Body, Type, Report>,
  'topic' | 'stream' | 'log' | 'codec'
> & { readonly rows: RowStore } & Partial<CommandLogOptions<State, Body, Type, Report>>

/** Longer than any machine stands still: a test that means a limit names its own. */
const patienceMs = 60_000

/** A command log of a process that is alone and owns every partition, as soon as it is ready. */
export const createSoleCommandLog = async <State, Body, Type extends EventType, Report>(
  options: SoleOptions<State, Body, Type, Report>,
): Promise<CommandLog<Body, Report>> => {
  const { log, topic, stream } = options
  const ends = await log.endOffsets(topic)
  const commands = await createCommandLog<State, Body, Type, Report>({
    logger: quiet,
    store: createSnapshotStore<State, Report>({
      topic,
      codec: stream.snapshot,
      rows: options.rows,
      incarnation: 'in-memory',
      now: Date.now,
    }),
    ownership: soleOwnership(ends.length),
    discard: () => Promise.resolve(),
    forward: forwardToNobody,
    newEventId: uuidv7,
    waitMsMax: patienceMs,
    ...options,
  })
  while (commands.notReady() !== undefined) await new Promise((resolve) => setTimeout(resolve, 1))
  return commands
}
