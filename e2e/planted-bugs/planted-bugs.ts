/** One change to one file. `find` must stand there exactly once, so that a bug can't quietly stop being planted. */
export type Patch = { readonly file: string; readonly find: string; readonly replace: string }

/** A mistake that someone could well make in the write path, as changes to its sources. */
export type PlantedBug = { readonly name: string; readonly patches: readonly Patch[] }

const history = 'producers/write-path/history.ts'
const writer = 'producers/write-path/partition-writer.ts'

/** Each of them must be caught by the simulation, and by the run on the real engines. */
export const plantedBugs: readonly PlantedBug[] = [
  {
    name: 'acceptance by version numbers instead of the chain',
    patches: [
      {
        file: history,
        find: 'return acceptance.accept(record) ? fold(record)',
        replace: `acceptance.accept({ ...record, previous: acceptance.lastAcceptedId })
      const { meta } = codec.decode(record.value).value as { readonly meta: Meta }
      return meta.streamVersion === (states.find(record.key)?.version ?? 0) + 1 ? fold(record)`,
      },
    ],
  },
  {
    name: 'the basis checked before an await',
    patches: [
      {
        file: writer,
        find: 'const isAcknowledged = await options.append(records)',
        replace: `await options.endOffset().catch(() => undefined)
    Object.assign(records[0]?.headers ?? {}, { previous: history.lastAcceptedId })
    const isAcknowledged = await options.append(records)`,
      },
    ],
  },
  {
    name: 'commands remembered only by the process that answered them',
    patches: [
      { file: history, find: 'ids.remember(meta.commandId, record.recordedAt, answer)', replace: '' },
      {
        file: history,
        find: 'get lastAcceptedId() {',
        replace: 'remember: ids.remember,\n    get lastAcceptedId() {',
      },
      {
        file: writer,
        find: 'const entry = pending.get(read.commandId)',
        replace: `const entry = pending.get(read.commandId)
    if (entry) history.remember(read.commandId, record.recordedAt, read.answer)`,
      },
    ],
  },
  {
    name: 'acknowledgement before reading back',
    patches: [
      {
        file: writer,
        find: 'const isAcknowledged = await options.append(records).then(\n      () => true,',
        replace: `const isAcknowledged = await options.append(records).then(
      (first) => {
        for (const [at, record] of records.entries()) {
          const entry = batch.get(record.headers['ce_id'] ?? '')
          const { type, value } = options.codec.decode(record.value)
          const event = { type, data: value } as any
          const offset = ((first as Map<number, number>).get(options.partition) ?? 0) + at
          const version = event.data.meta.streamVersion
          if (entry) complete(entry, { kind: 'accepted', version, offset, report: options.stream.reportOf(event) })
        }
        return true
      },`,
      },
    ],
  },
  {
    name: 'a refusal without a fence',
    patches: [
      {
        file: writer,
        find: 'decided.final || (entry.fence !== undefined && history.nextOffset >= entry.fence)',
        replace: "decided.kind === 'answer'",
      },
    ],
  },
  {
    name: 'command ids forgotten too early',
    patches: [
      {
        file: 'producers/write-path/command-ids.ts',
        find: 'export const rememberedMs = 24 * 3_600_000',
        replace: 'export const rememberedMs = 100',
      },
    ],
  },
]
