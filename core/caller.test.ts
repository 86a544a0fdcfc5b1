import { expect, test } from '@jest/globals'
import { callerWith, withRole } from './caller.ts'

test('who has the role is let in', () => {
  const caller = { userId: 'user-1', roles: ['analyst', 'operator'] }
  expect(callerWith('operator', { caller })).toBe(caller)
})

test('who has another one or none is not, and nobody in particular is asked for a token', () => {
  const told = (roles: readonly string[] | undefined) => {
    try {
      return withRole('operator', roles && { userId: 'user-1', roles })
    } catch (error) {
      return (error as { code: string }).code
    }
  }
  expect([told(['analyst']), told([]), told(undefined)]).toEqual([
    'forbidden',
    'forbidden',
    'unauthenticated',
  ])
})
