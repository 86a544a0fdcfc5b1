import type { Columns } from '@reprise/core/columns.ts'
import type { FailurePolicy } from '@reprise/core/failure-policy.ts'
import type { Storage } from '@reprise/core/projection.ts'
import { columnsFault } from './check-columns.ts'
import { nameFault } from './check-name.ts'

/** What is looked at of a declaration. */
type Declared = {
  readonly name: string
  readonly version: number
  readonly row: Columns
  readonly store: Storage
  readonly onFailure: FailurePolicy
}

/** @throws where a view can't be run as it is declared, with what to declare instead. */
export const checkDeclaration = (declared: Declared): void => {
  const fault =
    nameFault(declared.name) ??
    versionFault(declared) ??
    policyFault(declared) ??
    columnsFault(declared) ??
    mappingFault(declared) ??
    webhookFault(declared)
  if (fault !== undefined) throw new Error(`projection ${declared.name} v${declared.version}: ${fault}`)
}

const versionFault = ({ version }: Declared): string | undefined =>
  Number.isSafeInteger(version) && version > 0
    ? undefined
    : 'a version is a whole number from 1 on. Declare one'

/** TypeScript refuses it too. */
const policyFault = (declared: Declared): string | undefined =>
  'show' in declared && declared.onFailure.kind === 'quarantine'
    ? "a view of the catalogue can't declare onFailure: quarantineKey(…), since its entities are shown with each other " +
      'and none may wait alone (docs/adr/0010-quarantine-is-part-of-the-checkpoint.md). Declare stop(), or retry() if ' +
      'its faults pass by themselves'
    : undefined

/** What can't be posted to would be waited for as a server that is down. Neither is shown: they may hold secrets. */
const webhookFault = ({ store }: Declared): string | undefined => {
  if (store.kind !== 'effect') return undefined
  const { url, headers, timeoutMs } = store.webhook
  const { protocol = '', username = '', password = '' } = URL.parse(url) ?? {}
  if (!/^https?:$/.test(protocol) || username + password !== '')
    return 'its webhook has no url that can be posted to. Begin it with http:// or https://; credentials go in headers'
  if (!isHeaders(headers))
    return 'its webhook has a header that HTTP does not have. Give names of letters, digits and dashes, values of one line'
  return Number.isSafeInteger(timeoutMs) && timeoutMs > 0
    ? undefined
    : 'timeoutMs of its webhook is no number of milliseconds from 1 on. Give one, or none for 10 seconds'
}

const isHeaders = (headers: Readonly<Record<string, string>>): boolean => {
  try {
    new Headers(headers)
    return true
  } catch {
    return false
  }
}

/** Its index would refuse every document. */
const mappingFault = ({ row, store }: Declared): string | undefined => {
  if (store.kind !== 'document') return undefined
  const unmapped = Object.keys(row).filter((column) => !Object.hasOwn(store.mappings, column))
  return unmapped.length === 0
    ? undefined
    : `openSearchIndex has no mapping for the column${unmapped.length > 1 ? 's' : ''} ${unmapped.join(', ')}, and takes ` +
        'no field without one. Name it in mappings'
}
