import { configurationOf } from '@reprise/core/configuration.ts'
import { refuseForeign } from '@reprise/infra/state-dir.ts'
import { ensureLocalKeys } from './local-keys.ts'

/**
 * Sees to what the services ask for at their start, before anything is started: settings that can be used, and the local
 * keys. @throws {BadConfiguration}
 */
export const prepareStart = async (stateDir: string): Promise<void> => {
  configurationOf(process.env)
  refuseForeign(stateDir)
  await ensureLocalKeys(stateDir)
}
