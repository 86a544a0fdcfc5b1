import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { askOperator } from './ask-operator.ts'

const before = process.env.REPRISE_STATE
let stateDir: string
let server: Server
let address: string
let answer = '{"projections": []}'

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'reprise-ask-'))
  process.env.REPRISE_STATE = stateDir
  server = createServer((_, response) => response.end(answer))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  if (before === undefined) delete process.env.REPRISE_STATE
  else process.env.REPRISE_STATE = before
  rmSync(stateDir, { recursive: true })
  server.close()
})

const asked = { token: 'a token', path: '/v1/projections' }

test('the projectors that run here are asked where they run, whatever port this shell names', async () => {
  writeFileSync(join(stateDir, 'run.json'), JSON.stringify({ projectors: { address } }))
  expect(await askOperator(asked)).toEqual({ projections: [] })
})

test.each(['localhost:4002', 'nowhere', 'file:///etc/passwd'])(
  '%s is no address, and said so',
  async (odd) => {
    await expect(askOperator({ ...asked, address: odd })).rejects.toThrow(
      `${odd} is no address: send http://host:port`,
    )
  },
)

test('an answer that no service of ours gives is said to be one', async () => {
  answer = '<!doctype html>'
  await expect(askOperator({ ...asked, address })).rejects.toThrow(`${address} is no service of Reprise`)
})
