import { fork } from 'node:child_process'
import { join } from 'node:path'

/**
 * Has a program of this folder do a job in a process of its own, by default with our flags, which ends with it.
 * @throws if it ends without a result
 */
export const askProcess = <Result>(
  program: string,
  job: object,
  flags: readonly string[] = process.execArgv,
): Promise<Result> =>
  new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, program), {
      execArgv: [...flags, '--disable-warning=TimeoutNegativeWarning'],
    })
    let result: { readonly of: Result } | undefined
    child.on('message', (message) => (result = { of: message as Result }))
    child.once('exit', () => {
      if (result === undefined) reject(new Error(`${program} ended without a result`))
      else resolve(result.of)
    })
    child.send(job)
  })
