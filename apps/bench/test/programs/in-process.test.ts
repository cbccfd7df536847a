import { expect, it } from 'vitest'
import { inProcess, inProcessLibraries } from '../../src/programs/in-process'
import { keySource } from '../../src/work/key-source'
import { runsOnceAndReplays } from '../support/behaves'
import { trialSettings } from '../support/trial-settings'

it.each(Object.entries(inProcessLibraries))(
  '%s runs the handler once and replays its answer',
  async (_, library) => {
    await runsOnceAndReplays(library, keySource())
  },
)

it('forgets between turns what would pile up', async () => {
  const library = await inProcessLibraries.nodeIdempotency.open()
  const answer = async () => ({ run: 1 })
  await library.call('key', answer)
  library.clear?.()
  expect(await library.call('key', async () => ({ run: 2 }))).toEqual({ run: 2 })
})

it('measures first executions and replays', async () => {
  const { trials } = await inProcess.open()
  for (const { run } of trials) {
    const { text } = await run(trialSettings({ rounds: 1 }))
    expect(text).toMatch(/\| a bare async call .*\n\| idem, MemoryStore .*\n/)
  }
})
