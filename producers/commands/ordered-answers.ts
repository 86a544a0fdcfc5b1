/**
 * Writes answers in the order of their questions, however they come; those that are there together are written
 * together. `write` gives a promise where more may not be written yet; `onWritten` hears of each answer that left.
 */
export const createOrderedAnswers = (options: {
  readonly write: (text: string) => Promise<void> | undefined
  readonly onWritten: (bytes: number) => void
}) => {
  const { write, onWritten } = options
  type Slot = { text: string | undefined; readonly bytes: number }
  let slots: Slot[] = []
  let isFlushing = false
  let written = () => {}

  const flush = async (): Promise<void> => {
    for (let ready = readyCount(); ready > 0; ready = readyCount()) {
      const leaving = slots.slice(0, ready)
      slots = slots.slice(ready)
      await write(leaving.map(({ text }) => text).join(''))
      for (const { bytes } of leaving) onWritten(bytes)
    }
    isFlushing = false
    if (slots.length === 0) written()
  }
  const readyCount = () => {
    const missing = slots.findIndex(({ text }) => text === undefined)
    return missing < 0 ? slots.length : missing
  }

  return {
    /** Keeps a place for an answer; the function that it returns takes the answer. */
    reserve: (bytes: number): ((text: string) => void) => {
      const slot: Slot = { text: undefined, bytes }
      slots.push(slot)
      return (text) => {
        slot.text = text
        if (isFlushing || slots[0]?.text === undefined) return
        isFlushing = true
        setImmediate(() => void flush())
      }
    },
    /** Resolves when every answer has left. */
    allWritten: (): Promise<void> =>
      new Promise((resolve) => {
        written = resolve
        if (slots.length === 0 && !isFlushing) resolve()
      }),
  }
}
