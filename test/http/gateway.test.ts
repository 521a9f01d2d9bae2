// A server by itself: started, stopped, and both at once.

import { createConnection } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/clock.ts'
import { Gateway } from '../../src/http/gateway.ts'
import { LIMITS, TIMEOUTS } from '../../src/http/server-entry.ts'
import { freePort } from '../support/server-program.ts'

const gatewayAt = (port: number): Gateway =>
  new Gateway({
    settings: { address: { host: '127.0.0.1', port }, limits: LIMITS, timeouts: TIMEOUTS, tls: null },
    listener: null,
    clock: systemClock,
    answer: async (exchange) => exchange.answer.empty(204),
    opened: () => {},
    blame: (error) => error,
    report: (error) => assert.unreachable(String(error)),
  })

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    const end = (is: boolean) => (): void => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', end(true)).once('error', end(false))
  })

const test = suite('gateway')

for (const how of ['stop', 'kill'] as const) {
  test(`a start that is overtaken by a ${how} leaves no port open, and can be made again`, async () => {
    const port = await freePort()
    const gateway = gatewayAt(port)
    const started = gateway.start()
    await gateway[how]()
    await started
    assert.equal([gateway.isOpen, await answers(port)], [false, false])
    await gateway.start()
    assert.equal([gateway.isOpen, await answers(port)], [true, true])
    await gateway.stop()
  })
}

test.run()
