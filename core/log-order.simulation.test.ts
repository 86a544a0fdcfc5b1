import { describe, expect, test } from '@jest/globals'
import { isAccepted } from './acceptance.ts'

/**
 * A model of law 3: writers decide batches on what they have read, produces are delayed, doubled and lost, writers time
 * out and decide again or restart. The ghost `basis` is the history that the decision saw; an accepted record whose
 * basis is not the real history, or a command accepted twice, is a violation. The rule by version numbers, which looks
 * right and isn't, is run by the same model to show that the model can tell.
 */
type Written = { id: string; command: string; version: number; previous: string; basis: string }
type Reader = { at: number; last: string; version: number; history: string; commands: Set<string> }
type Rule = (reader: Reader, record: Written) => boolean
type Writer = { reader: Reader; queue: string[]; underWay: Written[] }

const byChain: Rule = (reader, { id, previous }) => isAccepted(reader.last, { eventId: id, previous })
const byVersion: Rule = (reader, { version }) => version === reader.version + 1

const newReader = (): Reader => ({ at: 0, last: '', version: 0, history: '', commands: new Set() })

const generator = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const fold = (reader: Reader, record: Written): void => {
  reader.last = record.id
  reader.version = record.version
  reader.history += `${record.id},`
  reader.commands.add(record.command)
}

const simulate = (seed: number, rule: Rule): string | undefined => {
  const random = generator(seed)
  const below = (n: number) => Math.floor(random() * n)
  const log: Written[] = []
  const truth = newReader()
  const inFlight: Written[][] = []
  const writers: Writer[] = Array.from({ length: 3 }, () => ({
    reader: newReader(),
    queue: [],
    underWay: [],
  }))
  let minted = 0
  let violation: string | undefined

  const append = (batch: readonly Written[]) => {
    for (const record of batch) {
      log.push(record)
      if (!rule(truth, record)) continue
      if (record.basis !== truth.history)
        violation ??= `decided on [${record.basis}], accepted after [${truth.history}]`
      if (truth.commands.has(record.command)) violation ??= `${record.command} took effect twice`
      fold(truth, record)
    }
  }
  const read = (writer: Writer) => {
    const record = log[writer.reader.at]
    if (record === undefined) return
    writer.reader.at++
    const isOurs = rule(writer.reader, record)
    if (isOurs) fold(writer.reader, record)
    if (!writer.underWay.some(({ id }) => id === record.id)) return
    writer.underWay = writer.underWay.filter(({ id }) => id !== record.id)
    if (!isOurs) writer.queue.push(record.command)
  }
  const decide = (writer: Writer) => {
    if (writer.underWay.length > 0) return
    const sight = { ...writer.reader, commands: new Set(writer.reader.commands) }
    for (const command of writer.queue.splice(0, 1 + below(3))) {
      if (sight.commands.has(command)) continue
      const id = `e${++minted}`
      const record = { id, command, version: sight.version + 1, previous: sight.last, basis: sight.history }
      fold(sight, record)
      writer.underWay.push(record)
    }
    if (writer.underWay.length > 0) inFlight.push([...writer.underWay])
  }
  const timeOut = (writer: Writer) => {
    writer.queue.push(...writer.underWay.map(({ command }) => command))
    writer.underWay = []
  }
  const restart = (writer: Writer) => {
    timeOut(writer)
    writer.reader = newReader()
  }
  const deliver = () => {
    const batch = inFlight[below(inFlight.length)]
    if (!batch) return
    const fate = random()
    if (fate < 0.85) inFlight.splice(inFlight.indexOf(batch), 1)
    if (fate > 0.05) append(batch)
  }

  for (let step = 0; step < 300 && violation === undefined; step++) {
    const writer = writers[below(writers.length)] as Writer
    const act = random()
    if (act < 0.1) writer.queue.push(`c${below(12)}`)
    else if (act < 0.5) read(writer)
    else if (act < 0.7) decide(writer)
    else if (act < 0.96) deliver()
    else if (act < 0.99) timeOut(writer)
    else restart(writer)
  }
  for (const { reader } of writers) while (reader.at < log.length) read({ reader, queue: [], underWay: [] })
  if (writers.some(({ reader }) => reader.history !== truth.history)) violation ??= 'readers disagree'
  return violation
}

const violationsOf = (rule: Rule, runs: number) =>
  Array.from({ length: runs }, (_, seed) => simulate(seed + 1, rule)).filter(
    (violation) => violation !== undefined,
  )

describe('log order decides (law 3)', () => {
  test('5,000 seeded schedules with delays, copies, losses, time-outs and restarts: nothing is decided on another history', () =>
    expect(violationsOf(byChain, 5_000)).toEqual([]))

  test('the same schedules catch a rule by version numbers alone', () =>
    expect(violationsOf(byVersion, 500).length).toBeGreaterThan(0))
})
