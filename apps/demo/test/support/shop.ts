import { type Duration, Idem } from '@idem/core'
import { onTestFinished } from 'vitest'
import { createApp } from '../../src/app'
import type { Message } from '../../src/queue/publisher'
import type { Scenario, Shop } from '../../src/scenarios/scenario'
import { memory } from '../../src/stores/memory/memory'
import type { Answer } from './demo'
import type { UsableStore } from './every-store'
import { HeldGateway } from './held-gateway'

export interface OpenShop extends Shop {
  readonly gateway: HeldGateway
  /** What was published, in order. */
  readonly published: (Message & { readonly topic: string })[]
  /** What was reported as worth a look. */
  readonly reports: unknown[]
  /** To be put behind a port. */
  readonly fetch: (request: Request) => Response | Promise<Response>
  get(path: string): Promise<Answer>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}

export interface PlaceOfShop extends Pick<UsableStore, 'kind' | 'url'> {
  readonly lease?: Duration
}

/** One scenario of the shop, answering without a network, until the test ends. */
export async function openShop(
  scenario: (shop: Shop) => Scenario,
  { kind, url, lease = '30s' }: PlaceOfShop = { kind: memory, url: '' },
): Promise<OpenShop> {
  const opened = await kind.open(url ?? '', () => {})
  const gateway = new HeldGateway()
  const published: OpenShop['published'] = []
  const reports: unknown[] = []
  const shop: Shop = {
    idem: new Idem({ store: opened.store, namespace: 'shop', lease }),
    tables: opened.tables,
    locks: opened.locks,
    gateway,
    publisher: { publish: async (topic, message) => void published.push({ topic, ...message }) },
  }
  const { routes, stop } = scenario(shop)
  onTestFinished(async () => {
    gateway.release()
    await stop?.()
    await opened.close()
  })
  const app = createApp({
    routes,
    process: { number: 1, pid: process.pid },
    log: { print: () => {}, colour: false },
    report: (error) => reports.push(error),
    stopping: new AbortController().signal,
  })
  const request = async (path: string, init?: RequestInit): Promise<Answer> => {
    const response = await app.request(path, init)
    const text = await response.text()
    return {
      code: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }
  return {
    ...shop,
    gateway,
    published,
    reports,
    fetch: app.fetch,
    get: (path) => request(path),
    post: (path, body = {}, headers = {}) =>
      request(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
  }
}
