import { expect, test } from '@jest/globals'
import { configurationOf } from '@reprise/core/configuration.ts'
import { settingsOf } from './settings.ts'

test('the connector and the services read the same variables with the same defaults', () => {
  const { connect, postgres, registry, namespace, host, connectorPort } = configurationOf({})
  expect(settingsOf({})).toEqual({ connect, postgres, registry, namespace, host, port: connectorPort })
})
