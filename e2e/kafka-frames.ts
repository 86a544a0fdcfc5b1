/** Kinds of requests, by Kafka's numbers. */
export const apiKey = { produce: 0, metadata: 3, findCoordinator: 10 } as const

/** Bytes to pass on, and the kind of request that they answer where that is known. */
export type Frame = { readonly apiKey: number | undefined; readonly bytes: Buffer }

/**
 * Follows one connection: remembers what was asked under which correlation id, and puts another port into the answers
 * that name brokers. A port has four bytes wherever it stands, so no length changes.
 */
export const createAdvertiser = (brokerPort: number, ourPort: number) => {
  const asked = new Map<number, { readonly apiKey: number; readonly version: number }>()
  const requests = createFrames()
  const answers = createFrames()

  const rewritten = (frame: Buffer): Frame => {
    const request = asked.get(frame.readInt32BE(4))
    asked.delete(frame.readInt32BE(4))
    const move = (at: number) => frame.readInt32BE(at) === brokerPort && frame.writeInt32BE(ourPort, at)
    if (request?.apiKey === apiKey.metadata) for (const at of metadataPorts(frame, request.version)) move(at)
    if (request?.apiKey === apiKey.findCoordinator) move(coordinatorPort(frame, request.version))
    return { apiKey: request?.apiKey, bytes: frame }
  }
  return {
    asked: (chunk: Buffer): Frame => {
      for (const frame of requests(chunk))
        asked.set(frame.readInt32BE(8), { apiKey: frame.readInt16BE(4), version: frame.readInt16BE(6) })
      return { apiKey: undefined, bytes: chunk }
    },
    answered: (chunk: Buffer): readonly Frame[] => answers(chunk).map(rewritten),
  }
}

/** Cuts a stream into frames: four bytes of length, and so many bytes. */
const createFrames = () => {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk: Buffer): readonly Buffer[] => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const frames: Buffer[] = []
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const length = 4 + rest.readInt32BE(0)
      frames.push(rest.subarray(0, length))
      rest = rest.subarray(length)
    }
    return frames
  }
}

const header = 8
const afterString = (frame: Buffer, at: number): number => at + 2 + Math.max(0, frame.readInt16BE(at))

/** Where the brokers' ports stand in an answer to Metadata, versions 0 to 8. */
const metadataPorts = (frame: Buffer, version: number): readonly number[] => {
  let at = header + (version >= 3 ? 4 : 0)
  const ports: number[] = []
  const count = frame.readInt32BE(at)
  at += 4
  for (let broker = 0; broker < count; broker++) {
    at = afterString(frame, at + 4)
    ports.push(at)
    at += 4
    if (version >= 1) at = afterString(frame, at)
  }
  return ports
}

/** Where the coordinator's port stands in an answer to FindCoordinator, versions 0 to 2. */
const coordinatorPort = (frame: Buffer, version: number): number => {
  const node = header + (version >= 1 ? 4 : 0) + 2
  return afterString(frame, (version >= 1 ? afterString(frame, node) : node) + 4)
}
