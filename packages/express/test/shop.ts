import type { WebServer } from '@idem/conformance'
import { Idem, type IdemOptions, MemoryStore, type Store } from '@idem/core'
import type express5 from 'express'
import type { Express, RequestHandler } from 'express'
import { afterEach } from 'vitest'
import { type IdempotencyOptions, idempotency } from '../src/index'
import { serve } from './express-adapter'
import { ask, type RawAnswer, type RawRequest, send } from './raw-request'

const servers: WebServer[] = []
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())))

/** An app on a server of its own, until the test ends. */
export class Shop {
  readonly store = new MemoryStore()
  readonly idem: Idem
  /** How often handlers ran, as far as they count. */
  runs = 0
  readonly app: Express
  #server: WebServer | undefined

  constructor(express: typeof express5, options: Partial<IdemOptions> & { store?: Store } = {}) {
    this.idem = new Idem({ store: this.store, ...options } as IdemOptions)
    this.app = express()
    // What it would print of errors.
    this.app.set('env', 'test')
  }

  protect(options: Partial<IdempotencyOptions> = {}): RequestHandler {
    return idempotency({ idem: this.idem, scope: 'public', ...options })
  }

  async open(): Promise<this> {
    this.#server = await serve(this.app)
    servers.push(this.#server)
    return this
  }

  get port(): number {
    return (this.#server as WebServer).port
  }

  ask(request?: RawRequest): Promise<RawAnswer> {
    return ask(this.port, request)
  }

  send(request?: RawRequest) {
    return send(this.port, request)
  }

  /** The same request twice. */
  async twice(request?: RawRequest): Promise<[RawAnswer, RawAnswer]> {
    return [await this.ask(request), await this.ask(request)]
  }

  /** The state of the record of `"a"`. */
  async state(): Promise<string | undefined> {
    return (await this.idem.inspect('a', { name: 'http' }))?.state
  }
}

/** Resolves when it is so. */
export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (;;) {
    if (await what()) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Something to wait for until it is opened. */
export function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}
