/** One change to one file. `find` must stand there exactly once, so that a bug can't quietly stop being planted. */
export type Patch = { readonly file: string; readonly find: string; readonly replace: string }

/** A mistake that someone could well make in the write path, as changes to its sources. */
export type PlantedBug = {
  readonly name: string
  /** Whether the run on the real engines meets it too; what it needs else happens in the simulation only. */
  readonly onEngines: boolean
  readonly patches: readonly Patch[]
}

const history = 'producers/write-path/history.ts'
const writer = 'producers/write-path/partition-writer.ts'
const trust = 'producers/write-path/store-trust.ts'
const append = 'const { endOffset, append, settleMs = 1_000 } = options'

/** Each of them must be caught by the simulation. */
export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'acceptance by version numbers instead of the chain',
    onEngines: true,
    patches: [
      {
        file: history,
        find: 'if (acceptance.accept(record)) return fold(record)',
        replace: `const { meta } = codec.decode(record.value).value as { readonly meta: Meta }
      if (meta.streamVersion === (states.find(record.key)?.version ?? (meta.streamVersion ?? 0) - 1) + 1) {
        acceptance.accept({ ...record, previous: acceptance.lastAcceptedId })
        return fold(record)
      }`,
      },
      {
        file: writer,
        find: 'first?.eventId === record.eventId && record.previous === history.lastAcceptedId',
        replace:
          'first?.eventId === record.eventId && (first.decided === undefined || ' +
          'first.decided.after.version === (history.stateOf(first.decided.streamId)?.version ?? 0) + 1)',
      },
    ],
  },
  {
    name: 'the basis checked before an await',
    onEngines: true,
    patches: [
      {
        file: writer,
        find: append,
        replace: `const { endOffset, settleMs = 1_000 } = options
  const append = async (records: readonly LogRecord[]) => {
    const isFirst = records[0]?.headers['previous'] === history.lastAcceptedId
    await endOffset().catch(() => undefined)
    if (isFirst) Object.assign(records[0]?.headers ?? {}, { previous: history.lastAcceptedId })
    return options.append(records)
  }`,
      },
    ],
  },
  {
    name: 'commands remembered only by the process that answered them',
    onEngines: true,
    patches: [
      {
        file: history,
        find: "ids.remember(commandId, record.recordedAt, answer)\n    return { kind: 'accepted', commandId, answer }",
        replace: "return { kind: 'accepted', commandId, answer }",
      },
      {
        file: history,
        find: 'store.write(partition, cut)',
        replace: 'store.write(partition, { ...cut, answers: { ...cut.answers, count: 0 } })',
      },
      { file: history, find: 'ids.stored(cut.answers)', replace: '' },
    ],
  },
  {
    name: 'acknowledgement before reading back',
    onEngines: true,
    patches: [
      {
        file: writer,
        find: append,
        replace: `const { endOffset, settleMs = 1_000 } = options
  const append = async (records: readonly LogRecord[]) => {
    const first = (await options.append(records)) as Map<number, number>
    for (const [at, record] of records.entries()) {
      const { type, value } = codec.decode(record.value)
      const event = { type, data: value } as any
      const { commandId, streamVersion: version } = event.data.meta
      const entry = pending.find(commandId)
      const offset = (first.get(partition) ?? 0) + at
      if (entry) pending.complete(entry, { kind: 'accepted', version, offset, report: stream.reportOf(event) })
    }
    return first
  }`,
      },
    ],
  },
  {
    name: 'a refusal without a fence',
    onEngines: true,
    patches: [
      {
        file: writer,
        find: 'if (!fences.isPassed(entry)) fences.hold(entry)',
        replace: 'if (partition < 0) fences.hold(entry)',
      },
      // On the engines a process that nobody answers gives its partitions up by itself, so hardly anyone needs the fence.
      {
        file: 'adapters/kafka/partition-ownership.ts',
        find: 'onLost: () => {\n      owned = new Set()\n',
        replace: 'onLost: () => {\n',
      },
    ],
  },
  {
    name: 'command ids forgotten too early: as soon as they are stored',
    onEngines: true,
    patches: [
      {
        file: 'producers/write-path/command-ids.ts',
        find: 'print(commandId, recordedAt)\n      unstored.add(',
        replace: 'unstored.add(',
      },
    ],
  },
  {
    name: 'ids that are stored many in a row looked for one by one',
    onEngines: false,
    patches: [
      {
        file: 'producers/write-path/stored-answers.ts',
        find: 'keyTime === undefined ? undefined : await amongTimely',
        replace: 'keyTime === undefined || partition >= 0 ? undefined : await amongTimely',
      },
    ],
  },
  {
    name: 'a command decided again behind its own record',
    onEngines: false,
    patches: [
      {
        file: writer,
        find: 'const own = chain.ofCommand(commandId)',
        replace: 'const own = undefined as any',
      },
    ],
  },
  {
    name: 'a store trusted after it was lost',
    onEngines: false,
    patches: [
      {
        file: trust,
        find: 'undisturbed(() => checked.then(read))',
        replace: 'read()',
      },
    ],
  },
]
