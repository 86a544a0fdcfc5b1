import { expect, test } from '@jest/globals'
import { measurementsText } from './measurements-text.ts'

test('one head per name, counters by their ending, labels escaped', () => {
  const help = 'Why'
  const text = measurementsText([
    { name: 'a_total', help, labels: { of: 'x "y"\\\n' }, value: 1 },
    { name: 'b_seconds', help, labels: {}, value: 0.5 },
    { name: 'a_total', help, labels: { of: 'z' }, value: 2 },
  ])
  expect(text).toBe(
    '# HELP a_total Why\n# TYPE a_total counter\na_total{of="x \\"y\\"\\\\\\n"} 1\na_total{of="z"} 2\n' +
      '# HELP b_seconds Why\n# TYPE b_seconds gauge\nb_seconds 0.5\n',
  )
})
