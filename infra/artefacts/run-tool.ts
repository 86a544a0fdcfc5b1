import { spawn } from 'node:child_process'

export type ToolRun = {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** For its standard input, which is empty otherwise. */
  readonly input?: string
  readonly onText?: (text: string) => void
}

/** Runs a program to its end; throws with its last lines when it fails. Gives back what it printed. */
export function runTool(run: ToolRun): Promise<string> {
  const child = spawn(run.file, run.args, { cwd: run.cwd, env: run.env, stdio: 'pipe' })
  // A program that ends without reading says why by its exit code.
  child.stdin.on('error', () => undefined)
  child.stdin.end(run.input ?? '')
  let output = ''
  const collect = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-200_000)
    run.onText?.(chunk.toString())
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(`${run.file} ended with ${code}:\n${lastLinesOf(output, 20)}`))
    })
  })
}

/** The last `count` lines of a text that say something. */
export function lastLinesOf(text: string, count: number): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  return lines.slice(-count).join('\n')
}
