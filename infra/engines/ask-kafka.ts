import { askSocket } from '../supervise/ask-socket.ts'

/** Asks for the cluster's metadata; throws unless the broker names itself and a controller. */
export async function askKafka(port: number, signal: AbortSignal): Promise<void> {
  const [answer] = await askSocket({
    port,
    signal,
    headerBytes: 4,
    bodyBytesOf: (header) => header.readInt32BE(0),
    requests: [metadataRequest()],
  })
  // length, correlation id, throttle time; then the brokers
  if (answer === undefined || answer.readInt32BE(12) < 1) throw new Error('no broker has joined yet')
}

/** Metadata (api key 3) in version 5, of no topic. */
function metadataRequest(): Buffer {
  const clientId = Buffer.from('reprise')
  const body = Buffer.concat([
    int16(3),
    int16(5),
    int32(1),
    int16(clientId.length),
    clientId,
    int32(0),
    Buffer.from([0]),
  ])
  return Buffer.concat([int32(body.length), body])
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
