import type { Store } from '../../src/contracts/store'

export type StoreCall = keyof Store

/** What becomes of a call: it may send it, or not, and answer when and what it likes. */
export type Fate = (send: () => Promise<unknown>) => Promise<unknown>

export const passes: Fate = (send) => send()

/** Fails before it takes effect. */
export const rejects: Fate = async () => {
  throw new Error('connection refused')
}

/** Takes effect, and its reply is lost. */
export const losesReply: Fate = async (send) => {
  await send()
  throw new Error('connection reset')
}

/** Never arrives, and is never answered. */
export const hangs: Fate = () => new Promise(() => {})

/** Takes effect, and is never answered. */
export const hangsAfterwards: Fate = async (send) => {
  await send()
  return new Promise(() => {})
}

/** Is on its way until the gate opens. */
export const arrivesAfter =
  (gate: Promise<unknown>): Fate =>
  async (send) => {
    await gate
    return send()
  }

/** Takes effect at once, and is answered when the gate opens. */
export const answersAfter =
  (gate: Promise<unknown>): Fate =>
  async (send) => {
    const answer = await send()
    await gate
    return answer
  }

/** The connection of one process to a store: counts its calls, and gives some of them another fate. */
export class FaultyStore implements Store {
  /** Every call that was made, by name. */
  readonly calls: StoreCall[] = []
  readonly claim: Store['claim']
  readonly extend: Store['extend']
  readonly complete: Store['complete']
  readonly fail: Store['fail']
  readonly release: Store['release']
  readonly saveStep: Store['saveStep']
  readonly resolve: Store['resolve']
  readonly get: Store['get']
  readonly delete: Store['delete']
  readonly list: Store['list']
  watch: Store['watch']
  readonly diagnose: Store['diagnose']
  readonly #coming = new Map<StoreCall, Fate[]>()
  readonly #always = new Map<StoreCall, Fate>()
  #everything: Fate = passes

  constructor(store: Store, { watch = true }: { readonly watch?: boolean } = {}) {
    this.claim = this.#calling('claim', (claim) => store.claim(claim))
    this.extend = this.#calling('extend', (lease) => store.extend(lease))
    this.complete = this.#calling('complete', (completion) => store.complete(completion))
    this.fail = this.#calling('fail', (report) => store.fail(report))
    this.release = this.#calling('release', (holder) => store.release(holder))
    this.saveStep = this.#calling('saveStep', (step) => store.saveStep(step))
    this.resolve = this.#calling('resolve', (resolution) => store.resolve(resolution))
    this.get = this.#calling('get', (key) => store.get(key))
    this.delete = this.#calling('delete', (key) => store.delete(key))
    this.list = this.#calling('list', (query) => store.list(query))
    const { watch: place, diagnose } = store
    this.diagnose = diagnose && this.#calling('diagnose', diagnose.bind(store))
    this.watch = watch && place ? this.#calling('watch', place.bind(store)) : undefined
  }

  /** The fates of the next calls of this name; those after them pass. */
  coming(call: StoreCall, ...fates: Fate[]): void {
    this.#coming.set(call, [...(this.#coming.get(call) ?? []), ...fates])
  }

  /** The fate of every call of this name that has none of its own. */
  always(call: StoreCall, fate: Fate): void {
    this.#always.set(call, fate)
  }

  /** The fate of every call from now on. With `hangs`, the process is cut off: it might as well have crashed. */
  everything(fate: Fate): void {
    this.#coming.clear()
    this.#always.clear()
    this.#everything = fate
  }

  count(call: StoreCall): number {
    return this.calls.filter((name) => name === call).length
  }

  #calling<Args extends readonly unknown[], Answer>(
    name: StoreCall,
    send: (...args: Args) => Promise<Answer>,
  ): (...args: Args) => Promise<Answer> {
    return (...args) => {
      this.calls.push(name)
      const fate = this.#coming.get(name)?.shift() ?? this.#always.get(name) ?? this.#everything
      return fate(() => send(...args)) as Promise<Answer>
    }
  }
}
