/** What acceptance reads of a record: two headers, never the value. */
export type Chained = { readonly eventId: string; readonly previous: string | undefined }

/**
 * Law 3, log order decides: in a decided topic a record is accepted only if its header `previous` names the last
 * accepted record of its partition as it stands there; every other record is superseded. The first record's
 * `previous` is the empty string, and a record without the header is superseded.
 */
export const isAccepted = (lastAcceptedId: string, record: Chained): boolean =>
  record.eventId !== '' && record.previous === lastAcceptedId

/** The last accepted id before a partition's first record. */
export const startOfHistory = ''

/**
 * Follows one partition. Start only from the beginning, or from an offset together with the last accepted id that
 * was stored beside it.
 */
export const createAcceptance = (decided: boolean, lastAcceptedId: string = startOfHistory) => {
  let last = lastAcceptedId
  return {
    get lastAcceptedId() {
      return last
    },
    /** The verdict on the partition's next record. In a topic without decisions everything is accepted. */
    accept: (record: Chained): boolean => {
      if (decided && !isAccepted(last, record)) return false
      last = record.eventId
      return true
    },
  }
}

/** See {@link createAcceptance}. */
export type Acceptance = ReturnType<typeof createAcceptance>
