import { expect, it } from 'vitest'
import { profile } from '../../src/programs/profile'
import { trialSettings } from '../support/trial-settings'

it('tells where the time goes, here and in a server', async () => {
  const { trials, close } = await profile.open()
  try {
    for (const name of ['in-process-first', 'hono-first']) {
      const trial = trials.find((each) => each.name === name)
      const report = await trial?.run(trialSettings({ rounds: 1, turnMs: 300 }))
      expect(report?.text).toMatch(/\| @idem\/core +\| +\d/)
      // Whether garbage is collected in so short a time is chance.
      expect(report?.text).toMatch(/\| built-in functions +\| +\d/)
      expect(report?.plot?.svg).toMatch(/class="f0"/)
    }
  } finally {
    await close()
  }
})
