import { expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { engines, services } from './parts.ts'

const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'configuration.md'), 'utf8')

test.each([...engines, ...services].flatMap(({ ports }) => ports))(
  '$variable is in the reference, with its default',
  ({ variable, number }) => {
    const line = page.split('\n').find((each) => each.includes(`\`${variable}\``))
    expect(line).toContain(`\`${number}\``)
  },
)
