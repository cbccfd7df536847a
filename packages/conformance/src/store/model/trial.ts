import { deepStrictEqual } from 'node:assert/strict'
import type {
  Claim,
  ClaimOutcome,
  Completion,
  FailureReport,
  Holder,
  Lease,
  Resolution,
  StepResult,
} from '@idem/core'
import { between, matches } from '../../suite/expectations'
import { pagesOf } from '../pages'
import { type StoreScene, stepsOf } from '../store-scene'
import type { ClaimOperation, Operation, Who } from './operation'
import { StoreModel } from './store-model'
import type { Timescale } from './timescale'

type Write = Extract<Operation, { call: 'extend' | 'complete' | 'fail' | 'release' | 'saveStep' | 'resolve' }>

/** Runs a sequence of calls on a store and on the model, and writes down what happened. */
export class Trial {
  /** One line a call, in the order of the calls. */
  readonly history: string[] = []
  readonly #model = new StoreModel()
  /** Of every key that was spoken of, the last fence. */
  readonly #fences = new Map<string, number>()
  /** The last call that writes, and whether anything in it is over soon. */
  #last: { readonly send: () => Promise<void>; readonly brief: boolean } | undefined

  constructor(
    readonly scene: StoreScene,
    readonly timescale: Timescale,
  ) {}

  async run(operations: readonly Operation[]): Promise<void> {
    for (const operation of operations) await this.#perform(operation)
    for (const key of this.#fences.keys()) await this.#compareRecords(key)
  }

  async #perform(operation: Operation): Promise<void> {
    switch (operation.call) {
      case 'advance':
        return this.#advance(operation.ms)
      case 'again':
        return this.#send()
      case 'list':
        return this.#list(operation)
      case 'get':
        return this.#compareRecords(this.#key(operation.key))
      case 'delete': {
        const key = this.#key(operation.key)
        return this.#compare(
          `delete ${operation.key}`,
          () => this.scene.store.delete(key),
          this.#model.delete(key),
        )
      }
      default: {
        const [shortest] = this.timescale.durations
        const send = operation.call === 'claim' ? this.#claim(operation) : this.#write(operation)
        this.#last = { send, brief: Object.values(operation).includes(shortest) }
        return this.#send()
      }
    }
  }

  async #send(): Promise<void> {
    await this.#last?.send()
    const [shortest = 0] = this.timescale.durations
    if (this.timescale.passesAtOnce && this.#last?.brief) await this.#advance(2 * shortest)
  }

  #write({ call, who, ...rest }: Write): () => Promise<void> {
    const { store } = this.scene
    const model = this.#model
    const line = `${call} ${who.key} by the ${who.owner} ${told(rest)}`
    // What is left of an operation without its call is the request of that call.
    const request: unknown = { key: this.#key(who.key), owner: this.#owner(who), ...rest }
    switch (call) {
      case 'extend': {
        const lease = request as Lease
        return () => this.#compare(line, () => store.extend(lease), model.extend(lease))
      }
      case 'release': {
        const holder = request as Holder
        return async () => {
          const released = model.release(holder)
          await this.#compare(line, () => store.release(holder), released)
          // Nobody was handed the fence: it may be given again.
          if (released) this.#fences.set(holder.key, (this.#fences.get(holder.key) ?? 0) - 1)
        }
      }
      case 'saveStep': {
        const step = request as StepResult
        return () => this.#compare(line, () => store.saveStep(step), model.saveStep(step))
      }
      case 'complete': {
        const completion = request as Completion
        return () =>
          this.#settle(
            line,
            completion,
            () => store.complete(completion),
            () => model.complete(completion),
          )
      }
      case 'fail': {
        const report = { ...(request as FailureReport), failure: 'failure' }
        return () =>
          this.#settle(
            line,
            report,
            () => store.fail(report),
            () => model.fail(report),
          )
      }
      case 'resolve': {
        const resolution = request as Resolution
        return () =>
          this.#settle(
            line,
            resolution,
            () => store.resolve(resolution),
            () => model.resolve(resolution),
          )
      }
    }
  }

  async #settle(
    line: string,
    request: Completion | FailureReport | Resolution,
    call: () => Promise<boolean>,
    expected: () => boolean,
  ): Promise<void> {
    if (!this.#model.leavesOpen(request)) await this.#compare(line, call, expected())
  }

  #claim({ call, who, waitedFor, ...rest }: ClaimOperation): () => Promise<void> {
    const key = this.#key(who.key)
    const line = `${call} ${who.key} by the ${who.owner}, having waited for ${waitedFor}, ${told(rest)}`
    const claim = { key, owner: this.#owner(who), waitedFor: this.#awaited(key, waitedFor), ...rest }
    return async () => {
      const expected = this.#model.claim(claim)
      const outcome = await this.#note(line, () => this.scene.store.claim(claim))
      matches<ClaimOutcome>(outcome, expected)
      if (outcome.type !== 'acquired') return
      deepStrictEqual(stepsOf(outcome), this.#model.steps(key), 'the steps')
      const isNew = expected['fence'] === undefined
      const least = (this.#fences.get(key) ?? 0) + (isNew ? 1 : 0)
      between(least, outcome.fence, 2 ** 53 - 1, 'the fence')
      this.#fences.set(key, outcome.fence)
      this.#model.attempted(key, outcome.fence)
    }
  }

  #awaited(key: string, waitedFor: ClaimOperation['waitedFor']): Claim['waitedFor'] {
    const fence = this.#model.there(key)?.fence
    if (fence === undefined || waitedFor === 'nothing') return undefined
    return fence + { earlier: -1, this: 0, later: 1 }[waitedFor]
  }

  async #list({ state, limit }: Extract<Operation, { call: 'list' }>): Promise<void> {
    const listed = async (): Promise<string[]> => {
      const pages = await pagesOf(this.scene, { prefix: this.scene.key, state, limit })
      return [...new Set(pages.flat().map(({ key }) => key))].sort()
    }
    await this.#compare(`list ${told({ state, limit })}`, listed, this.#model.keys(state))
  }

  async #compareRecords(key: string): Promise<void> {
    const record = await this.#note(`get ${key.slice(this.scene.key.length)}`, () =>
      this.scene.store.get(key),
    )
    const expected = this.#model.get(key)
    if (expected === undefined || record === undefined) return deepStrictEqual(record, expected)
    matches(record, expected)
    deepStrictEqual(stepsOf(record), this.#model.steps(key), 'the steps')
  }

  async #advance(ms: number): Promise<void> {
    this.history.push(`advance ${ms} ms`)
    await this.scene.time.advance(ms)
    this.#model.now += ms
  }

  async #compare<T>(line: string, call: () => Promise<T>, expected: T): Promise<void> {
    deepStrictEqual(await this.#note(line, call), expected)
  }

  async #note<T>(line: string, call: () => Promise<T>): Promise<T> {
    this.history.push(line)
    const result = await call()
    this.history[this.history.length - 1] += ` → ${told(result)}`
    return result
  }

  #key(name: string): string {
    const key = this.scene.key + name
    this.#fences.set(key, this.#fences.get(key) ?? 0)
    return key
  }

  #owner({ key, owner }: Who): string {
    const record = this.#model.there(this.scene.key + key)
    const known = { owner: record?.owner, late: record?.lateOwner, stranger: undefined }[owner]
    return known ?? this.scene.token()
  }
}

/** Short enough for a line. */
function told(value: unknown): string {
  if (value === undefined || typeof value === 'boolean') return String(value)
  const text =
    JSON.stringify(value, (_, member) => (member === Number.POSITIVE_INFINITY ? '∞' : member)) ?? ''
  return text.replaceAll('"', '').replaceAll(',', ', ')
}
