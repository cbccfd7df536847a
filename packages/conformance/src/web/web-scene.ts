import { Idem, type IdemOptions } from '@idem/core'
import type { HttpOptions } from '@idem/core/http'
import { exchange, RawConnection, type RawRequest, type RawResponse } from './raw-client'
import { TroubledStore } from './troubled-store'
import type { PlannedReply, WebAdapter, WebApp, WebCall, WebServer, WebSource } from './web-adapter'

/** What a case says about the routes that it asks: options, and what the handler does beyond counting. */
export interface SitePlan {
  /** Beside the store and the scope, which goes by `X-User`. */
  readonly options?: Partial<HttpOptions<never>>
  /** Options whose functions read the framework's request. */
  readonly reading?: <Source>(read: WebSource<Source>) => Partial<HttpOptions<Source>>
  readonly idem?: Partial<IdemOptions>
  /** What the handler answers in its `run`th run, from 1; by default that number. */
  readonly reply?: (run: number, call: WebCall) => PlannedReply | Promise<PlannedReply>
}

/** Where one case is played: an app of its own on a server of its own. */
export class WebScene {
  readonly adapter: WebAdapter
  readonly #sites: Site[] = []

  constructor(adapter: WebAdapter) {
    this.adapter = adapter
  }

  async serve(plan: SitePlan = {}): Promise<Site> {
    const site = new Site(plan)
    await site.open(this.adapter)
    this.#sites.push(site)
    return site
  }

  async close(): Promise<void> {
    for (const site of this.#sites) await site.close()
  }
}

/** A server with one protected handler, and its store. */
export class Site {
  readonly records = new TroubledStore()
  readonly idem: Idem
  /** How often the handler ran. */
  runs = 0
  readonly #plan: SitePlan
  #server: WebServer | undefined

  constructor(plan: SitePlan) {
    this.#plan = plan
    this.idem = new Idem({ store: this.records.store, storeTimeout: '10s', ...plan.idem } as IdemOptions)
  }

  async open(adapter: WebAdapter): Promise<void> {
    const { options, reading, reply = counted } = this.#plan
    const app: WebApp = {
      options: <Source>(read: WebSource<Source>) => ({
        idem: this.idem,
        scope: (source: Source) => read.header(source, 'x-user') ?? 'nobody',
        ...(options as Partial<HttpOptions<Source>> | undefined),
        ...reading?.(read),
      }),
      handle: async (call) => (call.target === PING ? text(200, 'pong') : reply(++this.runs, call)),
    }
    this.#server = await adapter.listen(app)
  }

  get port(): number {
    return (this.#server as WebServer).port
  }

  /** Sends a request and reads the answer; a POST of a small order unless it says otherwise. */
  ask(request: RawRequest = {}): Promise<RawResponse> {
    const answer = exchange(this.port, ordered(request))
    // A case that fails leaves answers behind for which nobody waits.
    answer.catch(() => {})
    return answer
  }

  /** Sends a request, or several on one connection, and leaves reading to the caller. */
  begin(request: RawRequest = {}, ...more: readonly RawRequest[]): Promise<RawConnection> {
    return RawConnection.send(this.port, ordered(request), ...more.map(ordered))
  }

  /** Resolves when the server has done what it had to do before this. */
  async ping(): Promise<void> {
    await exchange(this.port, { method: 'GET', target: PING })
  }

  async close(): Promise<void> {
    await this.#server?.close()
  }
}

const PING = '/ping'

export const JSON_TYPE = ['Content-Type', 'application/json'] as const
export const ORDER = '{"item":"book","count":1}'

const ordered = (request: RawRequest): RawRequest =>
  request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS'
    ? request
    : { body: ORDER, headers: [JSON_TYPE], ...request }

const counted = (run: number): PlannedReply => text(200, `run ${run}`)

export const text = (status: number, body: string, headers: PlannedReply['headers'] = []): PlannedReply => ({
  status,
  headers: [['content-type', 'text/plain'], ...headers],
  body: Buffer.from(body),
})

/** The whole body of a request, as text. */
export async function bodyOf({ body }: WebCall): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}
