import { MultiBar } from 'cli-progress'
import type { WriteStream } from 'node:tty'
import { paceOf } from './pace.ts'

/** How far something is, for whoever watches. */
export type Progress = {
  /** So many more are done. */
  readonly advance: (count: number) => void
  /** Nothing more comes; shows where it ended. */
  readonly end: () => void
}

/** Lines and progress on the terminal; bars on a TTY, sparse lines elsewhere. */
export type Screen = {
  readonly line: (text: string) => void
  readonly progress: (label: string, total: number) => Progress
  /** Ends a bar that still runs, which would keep the process alive and the cursor hidden. */
  readonly close: () => void
}

const sparseMs = 5_000

/** A screen on a stream. Lines written while a bar runs stand above it. */
export const createScreen = (stream: WriteStream): Screen => {
  let bars: MultiBar | undefined
  const line = (text: string) => {
    if (bars?.isActive) bars.log(`${text}\n`)
    else stream.write(`${text}\n`)
  }
  const close = () => {
    // An interrupt stops a bar by itself.
    if (!bars?.isActive) return
    // Stopping alone would lose the lines written since the last update.
    bars.update()
    bars.stop()
  }
  const onTerminal = (label: string, total: number): Progress => {
    const pace = paceOf(total)
    bars = new MultiBar({
      stream,
      format: '  {label} {bar} {words}',
      hideCursor: true,
      fps: 5,
      barsize: 30,
      ...theme,
    })
    const bar = bars.create(Math.max(1, total), 0, { label: label.padEnd(12), words: '' })
    const advance = (count: number) => bar.update(pace.advance(count).done, { words: pace.words() })
    const end = () => {
      bar.update(pace.advance(0).done, { words: pace.summary() })
      close()
    }
    return { advance, end }
  }
  const inLines = (label: string, total: number): Progress => {
    const pace = paceOf(total)
    let toldAt = Date.now()
    const advance = (count: number) => {
      pace.advance(count)
      if (Date.now() - toldAt < sparseMs) return
      toldAt = Date.now()
      line(`  ${label.padEnd(12)} ${pace.words()}`)
    }
    return { advance, end: () => line(`  ${label.padEnd(12)} ${pace.summary()}`) }
  }
  return { line, progress: stream.isTTY ? onTerminal : inLines, close }
}

const theme = { barCompleteChar: '━', barIncompleteChar: '·' }
