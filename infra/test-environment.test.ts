import { expect, test } from '@jest/globals'
import { testEnvironmentOf } from './test-environment.ts'

test('tests are told nothing of the platform that somebody has set up, and where engines are cached', () => {
  const platform = {
    REPRISE_KAFKA: 'kafka:9092',
    REPRISE_NAMESPACE: 'mine',
    REPRISE_COMMAND_PROCESSES: '3',
    REPRISE_STATE: '/var/lib/reprise',
  }
  const others = { PATH: '/bin', REPRISE_CACHE: '/var/cache/reprise', REPRISE_JAVA_17: '/opt/java' }
  expect(testEnvironmentOf({ ...platform, ...others })).toEqual(others)
})
