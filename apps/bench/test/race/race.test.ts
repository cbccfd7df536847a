import { describe, expect, it } from 'vitest'
import type { Contestant } from '../../src/race/contestant'
import { race } from '../../src/race/race'
import type { Finish } from '../../src/race/report-race'
import { trialSettings } from '../support/trial-settings'

/** Contestants that write down what is done with them. */
function watched(...names: string[]) {
  const events: string[] = []
  const contestants = names.map((name): Contestant => {
    let isNew = true
    return {
      name,
      async setup() {
        events.push(`${name} set up`)
        return {
          async operation() {
            if (isNew) events.push(name)
            isNew = false
          },
          afterTurn() {
            isNew = true
          },
          teardown: async () => void events.push(`${name} torn down`),
        }
      },
    }
  })
  const [floor, ...others] = contestants as [Contestant, ...Contestant[]]
  return {
    events,
    floor,
    others,
    options: { name: 'race', title: 'Race', shownAs: 'rate', floor, others } as const,
  }
}

describe('race', () => {
  it('warms up, then gives all a turn in each round, each round beginning with another', async () => {
    const { options, events } = watched('a', 'b', 'c')
    await race(options).run(trialSettings({ rounds: 3 }))
    const turns = events.slice(3, -3).join('')
    expect(turns).toBe('abc' + 'bca' + 'cab' + 'abc')
  })

  it('does so at each number in flight', async () => {
    const { options } = watched('a', 'b')
    const stages: string[] = []
    const progress = (stage: string, detail = '') => void stages.push(`${stage}: ${detail}`)
    await race(options).run(trialSettings({ rounds: 1, inFlight: [1, 8], progress }))
    expect(stages.slice(2)).toEqual([
      ...['warming up: 1 in flight, a', 'warming up: 1 in flight, b'],
      ...['warming up: 8 in flight, a', 'warming up: 8 in flight, b'],
      ...['round 1/1: 1 in flight, b', 'round 1/1: 1 in flight, a'],
      ...['round 1/1: 8 in flight, b', 'round 1/1: 8 in flight, a'],
    ])
  })

  it('keeps one figure a round, and none of the warm-up', async () => {
    const { options } = watched('a', 'b')
    const { figures } = await race(options).run(trialSettings({ rounds: 6, inFlight: [1, 2] }))
    const { finishes } = figures as { finishes: Finish[] }
    expect(finishes.map(({ levels }) => levels.map(({ rates }) => rates.length))).toEqual([
      [6, 6],
      [6, 6],
    ])
  })

  it('always runs the floor, and of the others those that are wanted', async () => {
    const { options, events } = watched('floor', 'ours', 'theirs')
    await race(options).run(trialSettings({ only: 'OURS' }))
    expect(events).toContain('floor set up')
    expect(events).toContain('ours set up')
    expect(events).not.toContain('theirs set up')
  })

  it('tidies up after every turn', async () => {
    const { options } = watched('a', 'b')
    let tidied = 0
    const afterTurn = async () => void tidied++
    await race({ ...options, afterTurn }).run(trialSettings({ rounds: 2 }))
    expect(tidied).toBe(3 * 2)
  })

  it('tears down all that were set up when one fails', async () => {
    const { options, events, others } = watched('a', 'b')
    const failing: Contestant = {
      name: 'failing',
      setup: async () => ({
        operation: () => Promise.reject(new Error('wrong answer')),
        teardown: async () => void events.push('failing torn down'),
      }),
    }
    const run = race({ ...options, others: [...others, failing] }).run(trialSettings())
    await expect(run).rejects.toThrow('wrong answer')
    expect(events.slice(-3)).toEqual(['a torn down', 'b torn down', 'failing torn down'])
  })

  it('ends between two turns when it is told to', async () => {
    const { options, events } = watched('a', 'b')
    const stopping = new AbortController()
    const progress = (stage: string) => {
      if (stage === 'round 2/5') stopping.abort(new Error('enough'))
    }
    const run = race(options).run(trialSettings({ signal: stopping.signal, progress }))
    await expect(run).rejects.toThrow('enough')
    expect(events.slice(-2)).toEqual(['a torn down', 'b torn down'])
  })
})
