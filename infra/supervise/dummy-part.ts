import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Part } from '../part.ts'
import { askHttp } from './ask-http.ts'

/** A part for tests: a tiny HTTP server, or whatever `script` does with `process.argv[1]`, its port. */
export function dummyPart(name: string, changes: Partial<Part> & { readonly script?: string } = {}): Part {
  const { script = server, ...part } = changes
  const variable = `REPRISE_${name.toUpperCase()}`
  return {
    name,
    kind: 'engine',
    needs: [],
    ports: [{ name: 'client', number: 4990, variable: `${variable}_PORT` }],
    addressVariable: variable,
    addressOf: (ports) => `127.0.0.1:${ports.client}`,
    command: ({ ports }) => ({ file: process.execPath, args: ['-e', script, String(ports.client)] }),
    ready: async ({ ports }, signal) => {
      await askHttp(`http://127.0.0.1:${ports.client}/`, signal)
    },
    readyTimeoutMs: 10_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 5000,
    ...part,
  }
}

const server = `require('node:http').createServer((_, answer) => answer.end('ok')).listen(+process.argv[1], '127.0.0.1')`

/** A state directory for one test. */
export function temporaryStateDir(): string {
  return mkdtempSync(join(tmpdir(), 'reprise-unit-'))
}
