/**
 * FNV-1a, 32 bits: for tables in memory. Whoever chooses keys may make them collide, so a table must be bounded.
 */
export const hashOf = (text: string): number => {
  let hash = 0x811c9dc5 | 0
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}
