import type { Store } from '@idem/core'
import { claimOutcome, type Message, type StoreMethod, type StoreRequest } from '../history'
import type { Choice } from './choice'
import type { Life } from './life'
import type { World } from './world'

type Perform = () => Promise<unknown>

/** The store as one process sees it: every call is a request and a reply, both on their way for any time. */
export function portOf(life: Life, world: World): Store {
  const { store } = world
  const send = (method: StoreMethod, request: StoreRequest, perform: Perform): Promise<never> =>
    new Promise((resolve, reject) => {
      const message: Message = {
        process: life.name.process,
        life: life.name.life,
        id: life.nextId(),
        method,
        request,
        sentAt: world.place(),
        sentMs: world.nowMs,
      }
      world.history.messages.push(message)
      world.pending.push(new Request({ world, life, message, perform, resolve, reject }))
    })
  const port: Store = {
    claim: (claim) => send('claim', claim as StoreRequest, () => store.claim(claim)),
    extend: (lease) => send('extend', lease, () => store.extend(lease)),
    complete: (completion) => send('complete', completion as StoreRequest, () => store.complete(completion)),
    fail: (report) => send('fail', report, () => store.fail(report)),
    release: (holder) => send('release', holder, () => store.release(holder)),
    saveStep: (step) => send('saveStep', step as StoreRequest, () => store.saveStep(step)),
    resolve: (resolution) => send('resolve', resolution as StoreRequest, () => store.resolve(resolution)),
    get: (key) => send('get', {}, () => store.get(key)),
    delete: (key) => send('delete', {}, () => store.delete(key)),
    list: (query) => send('list', {}, () => store.list(query)),
  }
  if (!world.options.scenario.watch) return port
  return Object.assign(port, {
    watch: (key: string, onChange: () => void, signal: AbortSignal) => {
      const heard = () =>
        life.isAlive && !signal.aborted && world.pending.push(new Notice(world, life, onChange, signal))
      return send('watch', {}, async () => {
        await store.watch?.(key, heard, signal)
        life.watches.add(signal)
      })
    },
  })
}

interface Exchange {
  readonly world: World
  readonly life: Life
  readonly message: Message
  readonly perform: Perform
  readonly resolve: (outcome: never) => void
  readonly reject: (error: Error) => void
  /** The process has been told that the connection broke: it hears no reply. */
  isCut?: boolean
}

/** A request on its way: the store has not heard of it. */
export class Request implements Choice {
  readonly id: string
  readonly process: number
  readonly isStore = true
  readonly fault = undefined
  readonly #exchange: Exchange

  constructor(exchange: Exchange) {
    const { life, message } = exchange
    this.#exchange = exchange
    this.process = message.process
    this.id = `${life.id}${message.id}>`
  }

  get loss(): Choice {
    return new Loss(`${this.id}!`, this.#exchange, this)
  }

  /** Its process has given it up. */
  get isCut(): boolean {
    return this.#exchange.isCut === true
  }

  get late(): Choice {
    return new Late(`${this.id}~`, this.#exchange)
  }

  get life(): Life {
    return this.#exchange.life
  }

  take(): void {
    const { world, message, perform } = this.#exchange
    world.remove(this)
    if (world.nowMs < world.downUntilMs) {
      world.note?.('store', () => `is down: ${shown(message)}`)
      this.#reply(() => new Error('the store is down'))
      return
    }
    message.executedAt = world.place()
    message.executedMs = world.storeMs
    perform().then(
      (outcome) => {
        message.outcome = outcome
        noteLease(world, message)
        world.note?.('store', () => `${shown(message)}: ${shownOutcome(outcome)}`)
        this.#reply()
      },
      (error: Error) => this.#reply(() => error),
    )
  }

  #reply(failure?: () => Error): void {
    const { world, life } = this.#exchange
    if (life.isAlive && !this.#exchange.isCut) world.pending.push(new Reply(this.#exchange, failure))
  }
}

/** A reply on its way: the store has done it, the process does not know. */
export class Reply implements Choice {
  readonly id: string
  readonly process: number
  readonly isStore = false
  readonly fault = undefined
  readonly #exchange: Exchange
  readonly #failure: (() => Error) | undefined

  constructor(exchange: Exchange, failure: (() => Error) | undefined) {
    const { life, message } = exchange
    this.#exchange = exchange
    this.#failure = failure
    this.process = message.process
    this.id = `${life.id}${message.id}<`
  }

  get loss(): Choice | undefined {
    return this.#failure ? undefined : new Loss(`${this.id}!`, this.#exchange, this)
  }

  get life(): Life {
    return this.#exchange.life
  }

  take(): void {
    const { world, message, resolve, reject } = this.#exchange
    world.remove(this)
    if (this.#failure) {
      message.rejectedAt = world.place()
      reject(this.#failure())
      return
    }
    message.deliveredAt = world.place()
    message.deliveredIn = world.turn
    message.deliveredMs = world.nowMs
    world.note?.(message, () => `← ${message.method}: ${shownOutcome(message.outcome)}`)
    resolve(message.outcome as never)
  }
}

/** A request or a reply gets lost, and the process is told that the connection broke. */
class Loss implements Choice {
  readonly process: number
  readonly isStore = false
  readonly fault = 'loss'

  constructor(
    readonly id: string,
    readonly exchange: Exchange,
    readonly what: Choice,
  ) {
    this.process = exchange.message.process
  }

  take(): void {
    const { world, message, reject } = this.exchange
    world.remove(this.what)
    message.rejectedAt = world.place()
    world.note?.(message, () => `✗ ${this.what.isStore ? 'request' : 'reply'} lost: ${shown(message)}`)
    reject(new Error('connection lost'))
  }
}

/** A process is told that the connection broke, but what it has sent arrives, some time: the first copy after a second. */
class Late implements Choice {
  readonly process: number
  readonly isStore = false
  readonly fault = 'late'

  constructor(
    readonly id: string,
    readonly exchange: Exchange,
  ) {
    this.process = exchange.message.process
  }

  take(): void {
    const { world, message, reject } = this.exchange
    this.exchange.isCut = true
    message.rejectedAt = world.place()
    world.note?.(message, () => `✗ given up, and still under way: ${shown(message)}`)
    reject(new Error('connection lost'))
  }
}

/** The store tells a process that the record may have changed. */
class Notice implements Choice {
  readonly id: string
  readonly process: number
  readonly isStore = false
  readonly fault = undefined
  readonly #world: World
  readonly #life: Life
  readonly #onChange: () => void

  constructor(world: World, life: Life, onChange: () => void, signal: AbortSignal) {
    this.#world = world
    this.#life = life
    this.#onChange = onChange
    this.process = life.name.process
    this.id = `${life.id}${life.nextId()}*`
    signal.addEventListener('abort', () => world.remove(this), { once: true })
  }

  get life(): Life {
    return this.#life
  }

  take(): void {
    this.#world.remove(this)
    this.#world.note?.(this.#life.name, () => '← the record may have changed')
    this.#onChange()
  }
}

/** Keeps track of whether somebody holds the record. */
function noteLease(world: World, message: Message): void {
  const { method, request, outcome } = message
  const renewed = claimOutcome(message)?.type === 'acquired' || (method === 'extend' && outcome === true)
  if (renewed) world.heldUntilMs = world.storeMs + (request.leaseMs ?? 0)
  const isEnd =
    method === 'complete' ||
    method === 'fail' ||
    method === 'release' ||
    method === 'resolve' ||
    method === 'delete'
  if (isEnd && outcome === true) world.heldUntilMs = 0
}

function shown({ process, life, method, request }: Message): string {
  const about = [request.owner, request.kind, request.name, request.value, request.failure]
  if (request.waitedFor !== undefined) about.push(`having waited for ${request.waitedFor}`)
  return `${method} of p${process + 1}${'′'.repeat(life)} ${about.filter((part) => part !== undefined).join(' ')}`.trim()
}

const shownOutcome = (outcome: unknown): string => JSON.stringify(outcome) ?? 'done'
