import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { createBirpc } from 'birpc'
import { expect, onTestFinished, test } from 'vitest'
import type { Gateway } from '../../src/gateway/gateway'
import { type GatewayDesk, gatewayDesk } from '../../src/gateway/gateway-desk'
import { GatewayError } from '../../src/gateway/gateway-error'
import type { ChargeOrder } from '../../src/gateway/ledger'
import { RemoteGateway } from '../../src/gateway/remote-gateway'
import { HeldGateway } from '../support/held-gateway'

const order: ChargeOrder = { idempotencyKey: 'k', token: 't', userId: 'u', amount: 10_050n }
const never = new AbortController().signal

/** A gateway as another process reaches it: what is said is cloned on the way, and arrives later. */
function reach(gateway: Gateway): RemoteGateway {
  const { port1, port2 } = new MessageChannel()
  const channel = (port: MessagePort) => ({
    post: (message: unknown) => port.postMessage(message),
    on: (hear: (message: unknown) => void) => void port.on('message', hear),
  })
  createBirpc<object, GatewayDesk>(gatewayDesk(gateway), channel(port1))
  onTestFinished(() => port1.close())
  return new RemoteGateway(createBirpc<GatewayDesk, object>({}, channel(port2)))
}

test('a charge is made there and known here, however often it is asked for, and by whom', async () => {
  const gateway = new HeldGateway()
  const [one, other] = [reach(gateway), reach(gateway)]
  const ids = await Promise.all([
    one.charge(order, never),
    other.charge(order, never),
    one.charge(order, never),
  ])
  const charges = gateway.ledger.charges()
  expect(charges).toHaveLength(1)
  expect(ids).toEqual(ids.map(() => charges[0]?.id))
  expect(await other.statement('t')).toEqual({ count: 1, total: '100.50', charges })
  expect(await other.statement()).toEqual({ count: 1, total: '100.50', charges })
  expect(await other.statement('another')).toEqual({ count: 0, total: '0.00', charges: [] })
})

test('what the gateway refuses there is refused here, in its own words', async () => {
  const remote = reach(new HeldGateway())
  const refused = remote.charge(order, never, 'gateway-failure')
  await expect(refused).rejects.toThrow(new GatewayError('The gateway refused the charge'))
  await expect(refused).rejects.toBeInstanceOf(GatewayError)
})

test('a fault of the gateway is none of its refusals', async () => {
  const broken = async () => {
    throw new TypeError('10.0.0.7')
  }
  const remote = reach({ charge: broken, statement: broken })
  await expect(remote.statement()).rejects.not.toBeInstanceOf(GatewayError)
  await expect(remote.statement()).rejects.toThrow('10.0.0.7')
})

test('a charge that is called off ends here at once, and does not take place there', async () => {
  const gateway = new HeldGateway()
  gateway.hold()
  const remote = reach(gateway)
  const caller = new AbortController()
  const charge = remote.charge(order, caller.signal)
  await gateway.arrival(1)
  caller.abort(new Error('called off'))
  await expect(charge).rejects.toThrow('called off')
  await new Promise(setImmediate)
  gateway.release()
  await new Promise(setImmediate)
  expect(gateway.ledger.charges()).toEqual([])
})

test('a charge that was called off before is not asked for', async () => {
  const gateway = new HeldGateway()
  await expect(reach(gateway).charge(order, AbortSignal.abort())).rejects.toThrow()
  await new Promise(setImmediate)
  expect(gateway.arrived).toBe(0)
})

test('calls are answered each for itself, in whatever order', async () => {
  const gateway = new HeldGateway()
  gateway.hold()
  const remote = reach(gateway)
  const charge = remote.charge(order, never)
  await gateway.arrival(1)
  expect((await remote.statement()).count).toBe(0)
  gateway.release()
  expect(await charge).toBe(gateway.ledger.charges()[0]?.id)
})
