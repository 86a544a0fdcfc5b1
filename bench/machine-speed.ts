/**
 * What the machine does just now, in words: its speed changes within hours, for computing less than for memory, which other
 * machines share. Takes about two seconds.
 */
export const machineSpeed = (): string => {
  const addition = nsOf(500_000_000, (times) => {
    let sum = 0
    // In pieces, so that most of them are optimised.
    for (let piece = 0; piece < 1_000; piece++) sum = (sum + sumTo(times / 1_000)) | 0
    return sum
  })
  const slots = 2 ** 24
  const memory = new Float64Array(slots).fill(1)
  const read = nsOf(5_000_000, (times) => {
    // Each place hangs from what was read at the one before.
    let place = 1
    for (let n = 0; n < times; n++)
      place = (Math.imul(place, 1_103_515_245) + 12_345 + (memory[place & (slots - 1)] ?? 0)) >>> 0
    return place
  })
  const kept: object[] = []
  const made = nsOf(5_000_000, (times) => {
    for (let n = 0; n < times; n++) kept[n % 100_000] = { n, text: `${n}` }
    return kept.length
  })
  const ns = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ns`
  return `this machine now: an addition ${ns(addition)}, a read at a random place of 128 MB ${ns(read)}, an object with a text ${ns(made)}`
}

const sumTo = (end: number): number => {
  let sum = 0
  for (let n = 0; n < end; n++) sum = (sum + n) | 0
  return sum
}

const nsOf = (times: number, work: (times: number) => number): number => {
  const begin = performance.now()
  const result = work(times)
  // Looked at, or it would not be computed.
  if (Number.isNaN(result)) throw new Error('that is no number')
  return ((performance.now() - begin) / times) * 1e6
}
