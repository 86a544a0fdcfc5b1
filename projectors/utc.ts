const dayMs = 86_400_000
const hourMs = 3_600_000

let lastDay = NaN
let lastText = ''

/** The UTC day of a moment, YYYY-MM-DD. Events come day by day, so the text of the last one is kept. @throws {RangeError} */
export const dayOf = (moment: number): string => {
  const day = Math.floor(moment / dayMs)
  if (day !== lastDay) {
    lastText = new Date(moment).toISOString().slice(0, 10)
    lastDay = day
  }
  return lastText
}

/** The hour of its UTC day in which a moment lies, two digits. */
export const hourOf = (moment: number): string => hours[Math.floor(moment / hourMs) % 24] ?? ''

const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'))
