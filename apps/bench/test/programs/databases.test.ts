import { describe, expect, it, onTestFinished } from 'vitest'
import { tally } from '../../src/duplicates/tally'
import type { OpenProgram } from '../../src/program'
import { ANSWER, ANSWER_TEXT, answering } from '../../src/work/answer'
import type { Library } from '../../src/work/library'
import { runsOnceAndReplays } from '../support/behaves'
import { databases } from '../support/databases'
import { trialSettings } from '../support/trial-settings'

describe.each(databases)('$title', (database) => {
  const { isThere, names, protecting, program } = database

  describe.skipIf(!isThere)('what is measured', () => {
    it.each(names)('%s runs the handler once and replays its answer', async (name) => {
      const { libraries, keys } = await database.open()
      await runsOnceAndReplays(libraries[name] as Library, keys)
    })

    it.each(protecting)('%s runs once for all duplicates, and answers them all', async (name) => {
      const { libraries, keys } = await database.open()
      const { call, close } = await (libraries[name] as Library).open()
      const crowd = { keys: 5, callers: 40, workMs: 20 }
      const { ms: _, ...counts } = await tally({ call, close }, keys.next, crowd).finally(close)
      expect(counts).toEqual({ runs: 5, same: 200, different: 0, refused: 0 })
    })

    it('raw writes run the handler, keep the answer, and refuse a key that is taken', async () => {
      const { rawWrites, rawRecord, keys } = await database.open()
      const { call, close } = await rawWrites.open()
      const key = keys.next()
      let seen: unknown
      const handler = async () => {
        seen = await rawRecord()
        return ANSWER
      }
      try {
        expect(await call(key, handler)).toEqual(ANSWER)
        expect(seen).toEqual({ key, state: 'running', answer: null })
        expect(await rawRecord()).toEqual({ key, state: 'succeeded', answer: ANSWER_TEXT })
        await expect(call(key, handler)).rejects.toThrow(database.taken)
      } finally {
        await close()
      }
    })

    it('raw reads read the answer', async () => {
      const { rawReads } = await database.open()
      const { operation, teardown } = await rawReads.setup()
      try {
        for (let calls = 0; calls < 1100; calls++) {
          expect(await operation()).toMatchObject({ state: 'succeeded', answer: ANSWER_TEXT })
        }
      } finally {
        await teardown()
      }
    })

    it('payments are made once with idem, and as often as they are called without', async () => {
      const { barePayment, idemPayment, paid, keys } = await database.open()
      for (const [library, payments] of [
        [barePayment, 2],
        [idemPayment(false), 3],
        [idemPayment(true), 4],
      ] as const) {
        const { call, close } = await library.open()
        const key = keys.next()
        for (let calls = 0; calls < 2; calls++) expect(await call(key, answering)).toEqual(ANSWER)
        await close()
        expect(await paid()).toEqual({ payments, amount: payments })
      }
    })

    it('a payment that fails is rolled back, with and without idem', async () => {
      const { barePayment, idemPayment, paid, keys } = await database.open()
      for (const library of [barePayment, idemPayment(false)]) {
        const { call, close } = await library.open()
        const failing = () => Promise.reject(new Error('no'))
        await expect(call(keys.next(), failing)).rejects.toThrow('no')
        await close()
      }
      expect(await paid()).toEqual({ payments: 0, amount: 0 })
    })
  })

  describe.skipIf(!isThere)('the program', () => {
    const open = (): Promise<OpenProgram> => database.onTestServer(program.open)

    it('measures all trials', { timeout: 120_000 }, async () => {
      const { server, trials, close } = await open()
      onTestFinished(close)
      expect(server).toMatch(database.described)
      for (const { run } of trials) {
        const { text } = await run(trialSettings({ rounds: 1, inFlight: [8], turnMs: 10 }))
        expect(text).toMatch(/\| idem/)
      }
    })

    it('leaves nothing behind when it is closed', async () => {
      const { places } = await database.open()
      const before = await places()
      const { trials, close } = await open()
      const own = (await places()).filter((place) => !before.includes(place))
      try {
        await trials.find(({ name }) => name === 'replay')?.run(trialSettings({ rounds: 1, only: 'Store' }))
      } finally {
        await close()
      }
      const after = await places()
      // Other tests have places of their own meanwhile.
      expect(own.length).toBeGreaterThan(0)
      expect(own.some((place) => !after.includes(place))).toBe(true)
    })
  })
})
