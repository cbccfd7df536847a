import { expect, it } from 'vitest'
import { duplicates } from '../../src/duplicates/duplicates'
import { keySource } from '../../src/work/key-source'
import type { Library } from '../../src/work/library'
import { trialSettings } from '../support/trial-settings'

it('shows each library with its counts, and a range where rounds differ', async () => {
  let round = 0
  const closed: string[] = []
  const library = (name: string, runsTwice: () => boolean): Library => ({
    name,
    async open() {
      const answers = new Map<string, Promise<unknown>>()
      return {
        call(key, handler) {
          if (runsTwice()) return handler()
          const answer = answers.get(key) ?? handler()
          answers.set(key, answer)
          return answer
        },
        close: async () => void closed.push(name),
      }
    },
  })
  const trial = duplicates({
    name: 'duplicates',
    title: 'Duplicates',
    libraries: [library('sound', () => false), library('unsound at first', () => round < 6)],
    keys: keySource(),
    crowd: { keys: 2, callers: 2, workMs: 1 },
    afterTurn: async () => void round++,
  })
  const { text } = await trial.run(trialSettings())
  const cells = (line = '') =>
    line
      .split('|')
      .slice(1, 6)
      .map((cell) => cell.trim())
  const [heading, , sound, unsound] = text.split('\n')
  expect(cells(heading)).toEqual([
    '',
    'handler runs (2 keys)',
    'the answer (4 calls)',
    'another answer',
    'an error',
  ])
  expect(cells(sound)).toEqual(['sound', '2', '4', '0', '0'])
  expect(cells(unsound)).toEqual(['unsound at first', '2–4', '2–4', '0–2', '0'])
  expect(closed).toEqual(['sound', 'unsound at first'])
})

it('keeps one tally a round, and none of the warm-up', async () => {
  const library: Library = {
    name: 'none',
    open: async () => ({ call: (_, handler) => handler(), close: async () => {} }),
  }
  const trial = duplicates({
    name: 'duplicates',
    title: 'Duplicates',
    libraries: [library],
    keys: keySource(),
    crowd: { keys: 1, callers: 2, workMs: 1 },
  })
  const { figures } = await trial.run(trialSettings({ rounds: 6 }))
  const [none] = (figures as { tallies: { tallies: unknown[] }[] }).tallies
  expect(none?.tallies).toHaveLength(6)
})
