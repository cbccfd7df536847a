import { type Claim, type ClaimOutcome, type Completion, Idem, MemoryStore } from '@idem/core'
import { describe, expect, it } from 'vitest'
import { atRandom } from '../src/simulate/explore/at-random'
import { DepthFirst } from '../src/simulate/explore/depth-first'
import { type Answer, shownAnswer } from '../src/simulate/history'
import { type Scenario, SIMULATED } from '../src/simulate/scenario'
import { pay } from '../src/simulate/scenarios/handlers'
import { scenarios } from '../src/simulate/scenarios/scenarios'
import { replay, simulate } from '../src/simulate/simulate'
import { commute } from '../src/simulate/world/choice'
import { World } from '../src/simulate/world/world'
import { loadMutant } from './mutant'

const named = (...names: string[]): Scenario[] => scenarios.filter(({ name }) => names.includes(name))
const FAULTLESS = { crash: 0, loss: 0, lapse: 0, outage: 0, tick: 0, jump: 0, late: 0 }

describe('the engine keeps the promise', () => {
  it.each(scenarios)('in every history without a fault: $name', { timeout: 60_000 }, async (scenario) => {
    const report = await simulate({ scenarios: [scenario], exhaustive: { faults: 0, maxHistories: 400 } })
    expect(report.violations.map(({ history }) => history)).toEqual([])
    expect(report.histories).toBeGreaterThan(0)
  })

  it.each([
    ['mismatch', { loss: 1 }],
    ['resolving', { crash: 1 }],
    ['not-waiting', { loss: 1 }],
    ['polled', { outage: 1 }],
    ['not-waiting', { jump: 1 }],
  ])('in every history of %s with a fault of %o', { timeout: 60_000 }, async (name, kinds) => {
    const exhaustive = { faults: 1, ...FAULTLESS, ...kinds, maxHistories: 1200 }
    const report = await simulate({ scenarios: named(name), exhaustive })
    expect(report.violations.map(({ history }) => history)).toEqual([])
    expect(report.scenarios[0]?.isComplete).toBe(true)
  })

  it('in random histories of three processes and up to four faults', { timeout: 120_000 }, async () => {
    const report = await simulate({ exhaustive: false, random: { histories: 1500 } })
    expect(report.violations.map(({ history }) => history)).toEqual([])
    expect(report.scenarios.map(({ random }) => random)).toEqual(scenarios.map(() => expect.any(Number)))
    expect(report.histories).toBe(1500)
  })
})

describe('random histories', () => {
  it('have two crashes, lost and late messages, late copies, outages, lapses and jumps', async () => {
    const seen = new Set<string>()
    for (let seed = 0; seed < 600; seed++) {
      const scenario = scenarios[seed % scenarios.length] as Scenario
      const budget = { crash: 4, loss: 4, lapse: 4, outage: 4, tick: 4, jump: 4, late: 4, total: 4 }
      const store = (clock: () => number) => new MemoryStore({ clock })
      const world = new World({ idem: Idem, store, scenario, processes: 3, budget })
      await world.play(atRandom(seed, []))
      const { faults, messages } = world.history
      for (const { kind } of faults) seen.add(kind)
      if (faults.filter(({ kind }) => kind === 'crash').length >= 2) seen.add('two crashes')
      for (const one of messages) {
        const { request, sentMs, deliveredMs = 0, executedAt = 0 } = one
        if (deliveredMs - sentMs > SIMULATED.storeTimeout) seen.add('a late reply')
        const isAnswered = (other: typeof one) =>
          other.request === request && other.id > one.id && (other.executedAt ?? executedAt) < executedAt
        if (messages.some(isAnswered)) seen.add('a late copy')
      }
    }
    const all = [
      'crash',
      'loss',
      'lapse',
      'outage',
      'tick',
      'jump',
      'late',
      'two crashes',
      'a late reply',
      'a late copy',
    ]
    expect([...seen].sort()).toEqual(all.sort())
  })
})

describe('what the walk leaves out comes to the same as what it plays', () => {
  const work = { type: 'execute', handler: pay } as const
  const forget = { type: 'forget' } as const
  const apart: Scenario = {
    name: 'apart',
    about: 'One process works, another forgets what it did; neither starts again.',
    scripts: () => [
      { calls: [work], restarts: 0 },
      { calls: [forget], restarts: 0 },
    ],
  }
  const together: Scenario = {
    name: 'together',
    about: 'One process works twice at the same time, another forgets what it did.',
    scripts: () => [{ calls: [work, work] }, { calls: [forget] }],
  }

  it.each([
    ['without a fault', together, {}],
    ['with a crash', apart, { crash: 1 }],
    ['with a lost message', apart, { loss: 1 }],
  ])('%s', { timeout: 120_000 }, async (_, scenario, kinds) => {
    const budget = { ...FAULTLESS, ...kinds, total: 1 }
    const ends = async (walk: DepthFirst): Promise<{ all: Set<string>; histories: number }> => {
      const all = new Set<string>()
      let histories = 0
      for (; !walk.isDone; walk.next()) {
        const store = (clock: () => number) => new MemoryStore({ clock })
        const world = new World({ idem: Idem, store, scenario, processes: 2, budget })
        if (!(await world.play(walk.choose))) continue
        histories++
        all.add(ending(world))
      }
      return { all, histories }
    }
    const reduced = await ends(new DepthFirst(commute))
    const whole = await ends(new DepthFirst(() => false))
    expect(reduced.all).toEqual(whole.all)
    expect(reduced.histories).toBeLessThan(whole.histories / 2)
  })

  /** All that a rule could see of a history, but for the order of what commutes. */
  function ending({ history }: World): string {
    const calls = history.calls.map(({ id, answer, isDead, answeredMs }) => [
      id,
      told(answer),
      isDead,
      answeredMs,
    ])
    const runs = history.runs.map(({ process, life, effects, result, passes }) => {
      return [process, life, effects, told(result), passes.map(({ ms, aborted }) => [ms, aborted])]
    })
    const executed = history.messages.filter(({ executedAt }) => executedAt !== undefined)
    executed.sort((one, other) => (one.executedAt as number) - (other.executedAt as number))
    const transitions = executed.map(({ process, life, method, outcome }) => [process, life, method, outcome])
    return JSON.stringify([calls.sort(), runs.sort(), transitions, history.leftovers])
  }

  const told = (answer: Answer | undefined): string => (answer ? shownAnswer(answer) : 'none')
})

describe('a simulation', () => {
  const broken = class {
    execute(_key: unknown, handler: (context: never) => unknown): Promise<never> {
      return Promise.resolve(handler(CONTEXT as never)).then(
        (value) => ({ value, replayed: false, attempt: 1 }) as never,
      )
    }
    forget = async () => false
    resolve = async () => false
  }
  const CONTEXT = { attempt: 1, fence: 1, signal: new AbortController().signal, takeover: false }

  it('prints a history with the rule that it breaks and the seed that plays it again', async () => {
    const { violations } = await simulate({ idem: broken, scenarios: named('polled') })
    const [violation] = violations
    expect(violation?.rule).toBe('one answer')
    expect(violation?.history).toMatch(/ p1 +execute \(call 1\)\n/)
    expect(violation?.history).toContain(`✗ one answer: ${violation?.message}`)
    expect(violation?.history.endsWith(`seed: ${violation?.seed}`)).toBe(true)
    const again = await replay(violation?.seed ?? '', { idem: broken })
    expect(again.history).toBe(violation?.history)
  })

  it.each(['lapse', 'jump'])(
    'finds a store that tells a late owner that it settled, by a %s',
    async (kind) => {
      class LaxStore extends MemoryStore {
        override async complete(completion: Completion): Promise<boolean> {
          await super.complete(completion)
          return true
        }
      }
      const store = (clock: () => number) => new LaxStore({ clock })
      const { violations } = await simulate({
        store,
        scenarios: named('not-waiting'),
        exhaustive: { ...FAULTLESS, [kind]: 1 },
      })
      expect(violations[0]?.rule).toBe('the store decides')
    },
  )

  it('finds a store whose fences follow its clock back', async () => {
    const { MemoryStore: Forgetful } = await loadMutant<{ MemoryStore: typeof MemoryStore }>({
      entry: 'packages/core/src/memory/memory-store.ts',
      file: 'packages/core/src/memory/memory-store.ts',
      find: 'Math.max(this.#lastFence + 1, Math.floor(now * 1000))',
      replace: 'Math.floor(now * 1000) + (this.#lastFence % 1000) + 1',
    })
    const store = (clock: () => number) => new Forgetful({ clock })
    const found = (jump: number) =>
      simulate({ store, scenarios: named('failing'), exhaustive: { ...FAULTLESS, jump, maxHistories: 2000 } })
    expect((await found(0)).violations).toEqual([])
    const { violations } = await found(1)
    expect(violations[0]?.rule).toBe('the store decides')
    expect(violations[0]?.history).toContain('its clock jumps by -300 ms')
  })

  it('stops at the first violation, or at as many as it is told', async () => {
    const first = await simulate({ idem: broken, scenarios: named('polled') })
    const three = await simulate({ idem: broken, scenarios: named('polled'), maxViolations: 3 })
    expect([first.histories, three.violations.length]).toEqual([1, 3])
  })

  it('plays the same histories for the same seed, and others for another', async () => {
    const played = async (seed: number) => {
      const told: string[] = []
      class ToldStore extends MemoryStore {
        override claim(asked: Claim): Promise<ClaimOutcome> {
          told.push(asked.owner)
          return super.claim(asked)
        }
      }
      const store = (clock: () => number) => new ToldStore({ clock })
      await simulate({
        exhaustive: false,
        random: { histories: 40, seed },
        scenarios: named('polled'),
        store,
      })
      return told
    }
    const one = await played(1)
    expect(await played(1)).toEqual(one)
    expect(await played(2)).not.toEqual(one)
  })

  it('says when it cut a scenario short, and when it was complete', async () => {
    const cut = await simulate({ scenarios: named('duplicates'), exhaustive: { faults: 0, maxHistories: 3 } })
    const complete = await simulate({ scenarios: named('duplicates'), exhaustive: { faults: 0 } })
    expect(cut.scenarios).toMatchObject([{ exhaustive: 3, isComplete: false }])
    expect(complete.scenarios).toMatchObject([{ scenario: 'duplicates', isComplete: true, random: 0 }])
  })

  it('stops when it is told to', async () => {
    const report = await simulate({ signal: AbortSignal.abort() })
    expect(report).toMatchObject({ histories: 0, scenarios: [] })
  })

  it.each([
    '',
    'polled',
    'polled~2~1.1~',
    'polled~2~0.0.0.0.0.0.0.0~x!',
    'polled~two~0.0.0.0.0.0.0.0~',
    'unheard~2~0.0.0.0.0.0.0.0~',
  ])('refuses to replay %j', async (seed) => {
    await expect(replay(seed)).rejects.toThrow(TypeError)
  })
})
