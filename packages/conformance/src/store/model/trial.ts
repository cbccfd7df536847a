import { deepStrictEqual } from 'node:assert/strict'
import type { ClaimOutcome } from '@idem/core'
import { between, matches } from '../../suite/expectations'
import { pagesOf } from '../pages'
import { type StoreScene, stepsOf } from '../store-scene'
import type { ClaimOperation, Operation, Who } from './operation'
import { StoreModel } from './store-model'
import type { Timescale } from './timescale'

/** Runs a sequence of calls on a store and on the model, and writes down what happened. */
export class Trial {
  /** One line a call, in the order of the calls. */
  readonly history: string[] = []
  readonly #model = new StoreModel()
  readonly #seen = new Set<string>()

  constructor(
    readonly scene: StoreScene,
    readonly timescale: Timescale,
  ) {}

  async run(operations: readonly Operation[]): Promise<void> {
    for (const operation of operations) {
      await this.#perform(operation)
      const [shortest = 0] = this.timescale.durations
      if (this.timescale.passesAtOnce && Object.values(operation).includes(shortest)) {
        await this.#advance(2 * shortest)
      }
    }
    for (const key of this.#seen) await this.#compareRecords(key)
  }

  async #perform(operation: Operation): Promise<void> {
    switch (operation.call) {
      case 'advance':
        return this.#advance(operation.ms)
      case 'claim':
        return this.#claim(operation)
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
      default:
        return this.#write(operation)
    }
  }

  async #write(
    operation: Exclude<Operation, { call: 'advance' | 'claim' | 'list' | 'get' | 'delete' }>,
  ): Promise<void> {
    const { call, who, ...rest } = operation
    const request = { key: this.#key(who.key), owner: this.#owner(who), ...rest }
    const line = `${call} ${who.key} by the ${who.owner} ${told(rest)}`
    const { store } = this.scene
    const model = this.#model
    switch (call) {
      case 'extend': {
        const lease = request as Parameters<typeof store.extend>[0]
        return this.#compare(line, () => store.extend(lease), model.extend(lease))
      }
      case 'saveStep': {
        const step = request as Parameters<typeof store.saveStep>[0]
        return this.#compare(line, () => store.saveStep(step), model.saveStep(step))
      }
      case 'complete': {
        const completion = request as Parameters<typeof store.complete>[0]
        if (model.leavesOpen(request.key, completion)) return
        return this.#compare(line, () => store.complete(completion), model.complete(completion))
      }
      case 'fail': {
        const report = { ...request, failure: 'failure' } as Parameters<typeof store.fail>[0]
        if (model.leavesOpen(request.key, report)) return
        return this.#compare(line, () => store.fail(report), model.fail(report))
      }
      case 'resolve': {
        const resolution = request as Parameters<typeof store.resolve>[0]
        if (model.leavesOpen(request.key, resolution)) return
        return this.#compare(line, () => store.resolve(resolution), model.resolve(resolution))
      }
    }
  }

  async #claim({ call, who, waitedFor, ...rest }: ClaimOperation): Promise<void> {
    const model = this.#model
    const key = this.#key(who.key)
    const fence = model.fence(key)
    const offset = { nothing: Number.NaN, earlier: -1, this: 0, later: 1 }[waitedFor]
    const awaited = fence === undefined || waitedFor === 'nothing' ? undefined : fence + offset
    const claim = { key, owner: this.#owner(who), waitedFor: awaited, ...rest }
    const lastFence = model.lastFence(key)
    const expected = model.claim(claim)
    const line = `${call} ${who.key} by the ${who.owner}, having waited for ${waitedFor}, ${told(rest)}`
    const outcome = await this.#note(line, () => this.scene.store.claim(claim))
    matches<ClaimOutcome>(outcome, expected)
    if (outcome.type !== 'acquired') return
    deepStrictEqual(stepsOf(outcome), model.steps(key), 'the steps')
    if (expected['fence'] === undefined)
      between(lastFence + 1, outcome.fence, 2 ** 53 - 1, 'the fence of a new attempt')
    model.attempted(key, outcome.fence)
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
    this.#seen.add(key)
    return key
  }

  #owner({ key, owner }: Who): string {
    const of = { owner: this.#model.owner, late: this.#model.lateOwner, stranger: () => undefined }[owner]
    return of.call(this.#model, this.scene.key + key) ?? this.scene.token()
  }
}

/** Short enough for a line. */
function told(value: unknown): string {
  if (value === undefined || typeof value === 'boolean') return String(value)
  const text =
    JSON.stringify(value, (_, member) => (member === Number.POSITIVE_INFINITY ? '∞' : member)) ?? ''
  return text.replaceAll('"', '').replaceAll(',', ', ')
}
