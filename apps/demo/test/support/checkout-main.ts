// One checkout in a process of its own, which is told to die on the way.
import { Idem } from '@idem/core'
import { createBirpc } from 'birpc'
import { createApp } from '../../src/app'
import { RemoteGateway } from '../../src/gateway/remote-gateway'
import { checkout } from '../../src/scenarios/checkout'
import { STORES, type StoreName } from '../../src/stores/stores'
import type { CheckoutErrand, CheckoutParent } from './checkout-link'

const { store, url, body, headers }: CheckoutErrand = JSON.parse(process.argv[2] ?? '')
const parent = createBirpc<CheckoutParent>(
  {},
  {
    post: (message) => void process.send?.(message),
    on: (hear) => void process.on('message', hear),
    timeout: -1,
  },
)
const opened = await STORES[store as StoreName].open(url, () => {})
const { routes } = checkout(
  {
    ...opened,
    // However slow the machine is, it is not to lose its lease before it dies.
    idem: new Idem({ store: opened.store, namespace: 'shop', lease: '2s', storeTimeout: '30s' }),
    gateway: new RemoteGateway(parent),
    publisher: { publish: (topic, message) => parent.publish(topic, message) },
  },
  { crash: () => process.kill(process.pid, 'SIGKILL') },
)
const app = createApp({
  routes,
  process: { number: 1, pid: process.pid },
  log: { print: () => {}, colour: false },
  report: (error) => console.error(error),
  stopping: new AbortController().signal,
})
const response = await app.request('/checkout', { method: 'POST', headers, body: JSON.stringify(body) })
console.log(response.status, await response.text())
process.exit(0)
