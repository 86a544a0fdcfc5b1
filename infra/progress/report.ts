/** How far a part is. `external` is one whose address the user gave. */
export type PartState =
  'waiting' | 'resolving' | 'starting' | 'ready' | 'external' | 'failed' | 'stopped' | 'unready'

/** What a person wants to know about a part at a glance. */
export type PartReport = {
  readonly name: string
  readonly kind: 'engine' | 'service'
  readonly state: PartState
  readonly address: string
  readonly port: number | undefined
  readonly pid: number | undefined
  readonly memoryBytes: number | undefined
  /** While it starts: since its start. Afterwards: how long its start took; in `status`: how long it has run. */
  readonly seconds: number | undefined
  readonly detail: string
}
