/**
 * Whether one text becomes the other by at most so many slips: a character more, less or other, or two neighbours
 * exchanged. As OpenSearch's `fuzzy` counts them.
 */
export const isWithin = (a: string, b: string, slipsMax: number): boolean => {
  if (Math.abs(a.length - b.length) > slipsMax) return false
  if (slipsMax === 0) return a === b
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) row.push(costAt({ a, b, i, j, row, last, before }))
    if (Math.min(...row) > slipsMax) return false
    before = last
    last = row
  }
  return (last[b.length] ?? Infinity) <= slipsMax
}

type Cell = {
  readonly a: string
  readonly b: string
  readonly i: number
  readonly j: number
  readonly row: readonly number[]
  readonly last: readonly number[]
  readonly before: readonly number[]
}

const costAt = ({ a, b, i, j, row, last, before }: Cell): number => {
  const other = a[i - 1] === b[j - 1] ? 0 : 1
  const plain = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + other)
  const isExchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
  return isExchanged ? Math.min(plain, (before[j - 2] ?? 0) + 1) : plain
}
