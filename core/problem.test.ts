import { readFile } from 'node:fs/promises'
import { expect, it } from '@jest/globals'
import { problems } from './problem.ts'

it('every problem code is documented with its status, and no other', async () => {
  const page = await readFile(new URL('../docs/problems.md', import.meta.url), 'utf8')
  const documented = [...page.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \| .+ \| .+ \|$/gm)]
  const statuses = Object.fromEntries(documented.map(([, code = '', status]) => [code, Number(status)]))
  expect(statuses).toEqual(
    Object.fromEntries(Object.entries(problems).map(([code, { status }]) => [code, status])),
  )
})
