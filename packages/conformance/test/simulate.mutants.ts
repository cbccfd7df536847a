import type { Idem } from '@idem/core'
import { describe, expect, it } from 'vitest'
import { scenarios } from '../src/simulate/scenarios/scenarios'
import { replay, simulate } from '../src/simulate/simulate'
import { engineMutants } from './engine-mutants'
import { loadMutant } from './mutant'

describe('the simulator finds', () => {
  it.each(engineMutants)(
    '$bug',
    { timeout: 60_000 },
    async ({ file, find, replace, scenario, rule, exhaustive, random }) => {
      const path = `packages/core/src/${file}`
      const { Idem: idem } = await loadMutant<{ Idem: typeof Idem }>({
        entry: 'packages/core/src/index.ts',
        file: path,
        find,
        replace,
      })
      const played = scenarios.filter(({ name }) => name === scenario)
      expect(played).toHaveLength(1)
      const report = await simulate({
        idem,
        scenarios: played,
        exhaustive: exhaustive ? { maxHistories: 4000, ...exhaustive } : false,
        random: random ?? false,
        maxViolations: 1,
      })

      const [violation] = report.violations
      expect(violation?.rule, `nothing in ${report.histories} histories`).toBe(rule)
      const { breaches } = await replay(violation?.seed ?? '', { idem })
      expect(breaches.map((breach) => breach.rule)).toContain(rule)
      // The seed is of the bug: the engine as it is plays the same history without a violation.
      expect((await replay(violation?.seed ?? '')).breaches).toEqual([])
    },
  )
})
