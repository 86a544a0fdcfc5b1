/** What the driver writes a request with, as far as it is changed here. */
export type Frame = {
  bodyLength: number
  add(bytes: Buffer): void
  writeShort(value: number): void
  writeInt(value: number): void
  /** The frame: a header, and the body. */
  write(version: number, streamId: number, flags?: number): Buffer
}
export type FrameClass = new (opcode: number) => Frame

/**
 * The driver's frames take a buffer for each number and each length, two dozen for a row, and put them together in the
 * end. These write all into one, and give a copy of it: the bytes are the same. A frame is written in one go, so they share
 * that one.
 */
export const oneBufferFrames = (Original: FrameClass): FrameClass => {
  let scratch = Buffer.allocUnsafe(65_536)
  let begun = 0

  return class extends Original {
    private nth = 0

    override add(bytes: Buffer): void {
      const at = this.room(bytes.length)
      scratch.set(bytes, at)
    }
    override writeShort(value: number): void {
      const at = this.room(2)
      scratch.writeUInt16BE(value, at)
    }
    override writeInt(value: number): void {
      const at = this.room(4)
      scratch.writeInt32BE(value, at)
    }
    override write(version: number, streamId: number, flags?: number): Buffer {
      if (this.bodyLength > 0) this.room(0)
      // Of a body that it doesn't have the original makes zeros.
      const frame = super.write(version, streamId, flags)
      scratch.copy(frame, frame.length - this.bodyLength, 0, this.bodyLength)
      return frame
    }

    /** Where so many more bytes go. */
    private room(length: number): number {
      if (this.bodyLength === 0) this.nth = ++begun
      if (this.nth !== begun) throw new Error('a frame was begun before the one before it was written')
      const at = this.bodyLength
      this.bodyLength += length
      if (this.bodyLength > scratch.length) {
        const larger = Buffer.allocUnsafe(Math.max(this.bodyLength, scratch.length * 2))
        scratch.copy(larger, 0, 0, at)
        scratch = larger
      }
      return at
    }
  }
}

type Query = { readonly query: string; readonly params: readonly unknown[] }
type Prepared = { readonly queryId: Buffer; readonly meta: unknown }
/** What the driver prepares the queries of a batch with. */
export type PrepareClass = {
  readonly getPrepared: (
    client: unknown,
    policy: unknown,
    query: string,
    keyspace: string,
  ) => Promise<Prepared>
  readonly getPreparedMultiple: (
    client: unknown,
    policy: unknown,
    queries: readonly Query[],
    keyspace: string,
  ) => Promise<readonly (Query & Prepared)[]>
}

/**
 * The driver looks up the queries of a batch one after the other, each in turns of its own; ours have sixty rows and one
 * query. What it would refuse it still gets.
 */
export const preparedOnce =
  ({ getPrepared, getPreparedMultiple }: PrepareClass): PrepareClass['getPreparedMultiple'] =>
  async (client, policy, queries, keyspace) => {
    const [first] = queries
    const isAlike = queries.every(
      ({ query, params }) => typeof query === 'string' && query === first?.query && Array.isArray(params),
    )
    if (!isAlike || first === undefined) return getPreparedMultiple(client, policy, queries, keyspace)
    const { queryId, meta } = await getPrepared(client, policy, first.query, keyspace)
    return queries.map(({ query, params }) => ({ query, params, queryId, meta }))
  }
