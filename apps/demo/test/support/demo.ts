import { randomBytes, randomUUID } from 'node:crypto'
import { MemoryLockStore, MemoryStore } from '@idem/core'
import { onTestFinished } from 'vitest'
import { type RunningService, type ServiceOptions, startService } from '../../src/service'
import { memoryTables } from '../../src/stores/memory/memory-table'
import type { OpenStore } from '../../src/stores/store-kind'
import { HeldGateway } from './held-gateway'
import { loneOutside } from './outside'

/** An answer of the service, with what tests look at. */
export interface Answer {
  readonly code: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any
}

export interface Demo extends RunningService {
  readonly gateway: HeldGateway
  /** What was logged. */
  readonly lines: string[]
  /** What was reported as worth a look. */
  readonly reports: unknown[]
  request(path: string, init?: RequestInit & { duplex?: 'half' }): Promise<Answer>
  get(path: string): Promise<Answer>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  pay(body: unknown, headers?: Record<string, string>): Promise<Answer>
  /** Resolves as soon as so many clients wait for a payment that runs. */
  waiting(count: number): Promise<void>
}

type DemoOptions = Partial<Omit<ServiceOptions, 'opened' | 'outside'>> & {
  readonly [Part in keyof OpenStore]?: OpenStore[Part] | undefined
} & {
  readonly gateway?: HeldGateway | undefined
}

/** The service on a free port of this machine, stopped when the test ends. */
export async function startDemo({
  store = new MemoryStore(),
  locks = new MemoryLockStore(),
  tables = memoryTables(),
  book,
  transaction,
  pool,
  close = async () => {},
  gateway = new HeldGateway(),
  ...options
}: DemoOptions = {}): Promise<Demo> {
  const outside = loneOutside(gateway)
  const lines: string[] = []
  const reports: unknown[] = []
  const service = await startService({
    opened: {
      store,
      locks,
      tables,
      ...(book && { book }),
      ...(transaction && { transaction }),
      ...(pool && { pool }),
      close,
    },
    outside,
    address: { host: '127.0.0.1', port: 0 },
    process: { number: 1, pid: process.pid },
    about: { store: 'memory', processes: 1, leaseMs: 30_000 },
    maxRunning: 256,
    maxWaiting: 1000,
    broker: undefined,
    tokenSecret: randomBytes(32),
    callbackSecret: 'demo-callback-secret',
    stormStores: [{ name: 'memory', url: '' }],
    crash: () => {
      throw new Error('a process was to be killed')
    },
    storeTimeoutMs: 2000,
    leaseMs: 30_000,
    log: { print: (line) => lines.push(line), colour: false },
    report: (error) => reports.push(error),
    ...options,
  })
  outside.attach(service)
  onTestFinished(async () => {
    gateway.release()
    await service.stop(1000)
  })

  const request: Demo['request'] = async (path, init) => {
    const response = await fetch(service.url + path, init)
    const text = await response.text()
    return {
      code: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }
  const get: Demo['get'] = (path) => request(path)
  const post: Demo['post'] = (path, body, headers) =>
    request(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return {
    ...service,
    gateway,
    lines,
    reports,
    request,
    get,
    post,
    pay: (body, headers) => post('/payment', body, headers),
    waiting: async (count) => {
      while ((await get('/health')).body.payments.waiting < count);
    },
  }
}

/** A payment that nobody has asked for before. */
export function order(change: Record<string, unknown> = {}) {
  return {
    idempotent_token: randomUUID(),
    amount: 100.5,
    user_id: 'user_123',
    description: 'test',
    ...change,
  }
}
