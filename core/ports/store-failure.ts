/** A store did not answer, or answered that it can't now. Never the fault of an event: wait and go on. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}
