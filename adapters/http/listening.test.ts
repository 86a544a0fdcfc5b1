import { createServer } from 'node:http'
import { connect } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { listen } from './listening.ts'

const connections = 96

test('a crowd of connections comes in within some turns of the event loop, and closing ends them all', async () => {
  let cameIn = 0
  const server = createServer()
  server.on('connection', () => cameIn++)
  const listening = await listen(server, { service: 'test', host: '127.0.0.1', port: 0 }, 20_000)
  const sockets = Array.from({ length: connections }, () => connect(listening.port, '127.0.0.1'))
  let turns = 0
  // While nobody has come in they are still connecting.
  while (cameIn < connections) {
    await nextTurn()
    if (cameIn > 0) turns++
  }

  const gone = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve).resume()))
  const closed = listening.close()
  server.closeAllConnections()
  await Promise.all([closed, ...gone])
  // One socket lets one in a turn.
  if (process.platform === 'linux') expect(turns).toBeLessThan(connections / 2)
})

test('an address that is none of this machine is named with the reason', async () => {
  const listening = listen(createServer(), { service: 'test', host: '192.0.2.1', port: 0 }, 1)
  await expect(listening).rejects.toThrow(/test can't listen on 192\.0\.2\.1:0: .*EADDRNOTAVAIL/)
})
