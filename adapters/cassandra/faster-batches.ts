import { createRequire } from 'node:module'
import { type FrameClass, oneBufferFrames, preparedOnce, type PrepareClass } from './batch-encoding.ts'

/**
 * Puts our encoding of batches in the place of the driver's own, which takes a third of what writing rows costs a process:
 * import this before the driver. The bytes are the same, so where the driver was loaded before nothing changes but the speed.
 */
const require = createRequire(import.meta.url)
const replace = <Exported>(file: string, change: (original: Exported) => Exported): void => {
  const path = require.resolve(`cassandra-driver/lib/${file}`)
  const original = require(path) as Exported
  const cached = require.cache[path]
  if (cached !== undefined) cached.exports = change(original)
}

replace<{ FrameWriter: FrameClass }>('writers.js', (original) => ({
  ...original,
  FrameWriter: oneBufferFrames(original.FrameWriter),
}))
replace<PrepareClass & (new () => object)>(
  'prepare-handler.js',
  (Original) =>
    class extends Original {
      static override getPreparedMultiple = preparedOnce(Original)
    },
)
