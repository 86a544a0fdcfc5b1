import { askSocket } from '../supervise/ask-socket.ts'

const opcodes = { startup: 0x01, ready: 0x02, query: 0x07, result: 0x08 }

/** Asks Cassandra for the row about itself over its native protocol; throws unless it answers with one. */
export async function askCassandra(port: number, signal: AbortSignal): Promise<void> {
  const answers = await askSocket({
    port,
    signal,
    headerBytes: 9,
    bodyBytesOf: (header) => header.readInt32BE(5),
    requests: [startup(), query('SELECT release_version FROM system.local')],
  })
  const [toStartup, toQuery] = answers.map((answer) => answer[4])
  if (toStartup !== opcodes.ready) throw new Error('Cassandra refuses the connection')
  if (toQuery !== opcodes.result) throw new Error('Cassandra refuses the query')
}

function startup(): Buffer {
  return frame(opcodes.startup, Buffer.concat([Buffer.from([0, 1]), text('CQL_VERSION'), text('3.0.0')]))
}

function query(cql: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(cql.length)
  // consistency ONE, no flags
  return frame(opcodes.query, Buffer.concat([length, Buffer.from(cql), Buffer.from([0, 1, 0])]))
}

/** A request of protocol version 4. */
function frame(opcode: number, body: Buffer): Buffer {
  const header = Buffer.from([4, 0, 0, 0, opcode, 0, 0, 0, 0])
  header.writeInt32BE(body.length, 5)
  return Buffer.concat([header, body])
}

function text(value: string): Buffer {
  const length = Buffer.alloc(2)
  length.writeInt16BE(value.length)
  return Buffer.concat([length, Buffer.from(value)])
}
