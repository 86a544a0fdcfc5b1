/**
 * The partition of a record key: murmur2(key) modulo the count, as Kafka's own Java producer has it
 * (org.apache.kafka.common.utils.Utils.murmur2), so that any client finds the same partition.
 */
export const partitionOf = (key: string, partitions: number): number =>
  (murmur2(Buffer.from(key, 'utf8')) & 0x7fffffff) % partitions

const m = 0x5bd1e995

/** MurmurHash2, 32 bits, with Kafka's seed. */
export const murmur2 = (bytes: Uint8Array): number => {
  const { length } = bytes
  let hash = 0x9747b28c ^ length
  let at = 0
  for (; at + 4 <= length; at += 4) hash = Math.imul(hash, m) ^ scrambled(wordAt(bytes, at))
  const rest = length - at
  if (rest > 0) {
    for (let i = rest - 1; i >= 0; i--) hash ^= (bytes[at + i] ?? 0) << (8 * i)
    hash = Math.imul(hash, m)
  }
  hash ^= hash >>> 13
  hash = Math.imul(hash, m)
  return hash ^ (hash >>> 15)
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)

const scrambled = (word: number): number => {
  const mixed = Math.imul(word, m)
  return Math.imul(mixed ^ (mixed >>> 24), m)
}
