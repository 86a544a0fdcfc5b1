import type { EventTopic } from '@reprise/schemas/topics.ts'

/** A place in the log. Offsets stay below 2^53, so a number is exact. */
export type Position = { readonly topic: EventTopic; readonly partition: number; readonly offset: number }

/** The text is not a position token. */
export class BadPosition extends Error {
  override readonly name = 'BadPosition'
}

/** Frozen for ever: tokens outlive the process that made them. */
const codes: Readonly<Record<EventTopic, number>> = {
  'playlist-events': 1,
  'playback-events': 2,
  'library-events': 3,
  'catalogue-changes': 4,
}
const topicByCode = new Map(Object.entries(codes).map(([topic, code]) => [code, topic as EventTopic]))

/** The opaque token of a position, about ten characters: topic, partition, offset and a check byte, base64url. */
export const tokenOf = ({ topic, partition, offset }: Position): string => {
  const bytes = [codes[topic], ...varintOf(partition), ...varintOf(offset)]
  return Buffer.from([...bytes, checkOf(bytes)]).toString('base64url')
}

/** The token of several positions, joined with commas. */
export const tokensOf = (positions: readonly Position[]): string => positions.map(tokenOf).join(',')

/** Reads one token. @throws {BadPosition} */
export const positionOf = (token: string): Position => {
  const bytes = [...Buffer.from(token, 'base64url')]
  const check = bytes.pop()
  const topic = topicByCode.get(bytes[0] ?? 0)
  const partition = readVarint(bytes, 1)
  const offset = partition && readVarint(bytes, partition.next)
  if (
    topic === undefined ||
    !partition ||
    !offset ||
    offset.next !== bytes.length ||
    check !== checkOf(bytes)
  )
    throw new BadPosition(
      `"${token.slice(0, 40)}" is not a position token; send a Reprise-Position as it was received`,
    )
  return { topic, partition: partition.value, offset: offset.value }
}

/** Reads a comma-separated list of tokens. @throws {BadPosition} */
export const positionsOf = (tokens: string): readonly Position[] =>
  tokens
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '')
    .map(positionOf)

const varintOf = (value: number): number[] => {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) + 128)
  }
}

const readVarint = (bytes: readonly number[], start: number) => {
  let value = 0
  for (let at = start, unit = 1; at < bytes.length && at < start + 8; at++, unit *= 128) {
    const byte = bytes[at] ?? 0
    value += (byte % 128) * unit
    if (byte < 128) return Number.isSafeInteger(value) ? { value, next: at + 1 } : undefined
  }
  return undefined
}

const checkOf = (bytes: readonly number[]): number =>
  bytes.reduce((check, byte) => (Math.imul(check ^ byte, 0x01000193) >>> 0) & 0xffffffff, 0x811c9dc5) & 0xff
