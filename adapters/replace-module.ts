import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * Puts something of ours in the place of what a file of a library exports. Whoever has loaded that file before keeps the
 * original.
 */
export const replaceModule = <Exported>(file: string, change: (original: Exported) => Exported): void => {
  const path = require.resolve(file)
  const original = require(path) as Exported
  const cached = require.cache[path]
  if (cached !== undefined) cached.exports = change(original)
}
