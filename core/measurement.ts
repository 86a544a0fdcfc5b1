/** A figure that a service tells of itself, as Prometheus knows them. */
export type Measurement = {
  /** Snake case, with its unit last; a counter ends in `_total`. */
  readonly name: string
  readonly help: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}
