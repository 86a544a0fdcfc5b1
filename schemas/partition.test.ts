import { describe, expect, test } from '@jest/globals'
import { murmur2, partitionOf } from './partition.ts'

describe('the partition of a key', () => {
  // Expected values from Kafka's own test, org.apache.kafka.common.utils.UtilsTest#testMurmur2.
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('murmur2 of %s is that of the Java client', (key, hash) =>
    expect(murmur2(Buffer.from(key)) | 0).toBe(hash),
  )

  test('keys of any script land inside the partitions, always in the same one', () => {
    for (const key of ['', 'ü', '日本', '👩‍🚀', 'x'.repeat(1_000)]) {
      expect(partitionOf(key, 16)).toBe(partitionOf(key, 16))
      expect(partitionOf(key, 16)).toBeGreaterThanOrEqual(0)
      expect(partitionOf(key, 16)).toBeLessThan(16)
    }
  })
})
