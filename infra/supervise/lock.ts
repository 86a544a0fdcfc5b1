import { DatabaseSync } from 'node:sqlite'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export type LockOptions = { readonly path: string; readonly waitMs: number }

/** Someone else holds the lock, and went on holding it for as long as we were willing to wait. */
export class LockHeld extends Error {
  readonly holder: string
  constructor(path: string, holder: string) {
    super(
      `${path} is locked by process ${holder}, which starts, stops or fetches there: wait until it is done`,
    )
    this.holder = holder
  }
}

/**
 * Runs `work` while no other process runs its own under the same path.
 * SQLite's exclusive transaction is a lock of the operating system, so it dies with its holder, even at kill -9.
 */
export async function withLock<T>({ path, waitMs }: LockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true })
  const database = await acquire(path, Date.now() + waitMs)
  try {
    await writeFile(`${path}.holder`, String(process.pid))
    return await work()
  } finally {
    await rm(`${path}.holder`, { force: true })
    database.close()
  }
}

async function acquire(path: string, deadline: number): Promise<DatabaseSync> {
  for (;;) {
    const database = tryAcquire(path)
    if (database !== undefined) return database
    if (Date.now() >= deadline) throw new LockHeld(path, await holderOf(path))
    await sleep(100)
  }
}

function tryAcquire(path: string): DatabaseSync | undefined {
  const database = opened(`${path}.lock`)
  try {
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database.close()
    if (String(error).includes('locked')) return undefined
    throw unusable(`${path}.lock`, error)
  }
}

function opened(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file)
  } catch (error) {
    throw unusable(file, error)
  }
}

/** SQLite's words alone name neither the file nor what to do. */
const unusable = (file: string, cause: unknown): Error =>
  new Error(`${file} can't be used (${(cause as Error).message}): may you write there, and is there room?`, {
    cause,
  })

async function holderOf(path: string): Promise<string> {
  return readFile(`${path}.holder`, 'utf8').catch(() => 'unknown')
}
