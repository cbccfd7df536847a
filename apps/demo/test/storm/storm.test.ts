import { beforeAll, describe, expect, test } from 'vitest'
import { STORE_NAMES, STORES, type StoreName } from '../../src/stores/stores'
import { STAGES, type StageName } from '../../src/storm/stages'
import { runStorm } from '../../src/storm/storm'
import type { StageResult, StormProgress, StormReport, StormRow } from '../../src/storm/storm-report'
import { WAYS } from '../../src/storm/ways'
import { checkThenAct } from '../../src/storm/ways/wrong/check-then-act'
import { lockThatExpires } from '../../src/storm/ways/wrong/lock-that-expires'
import { lockWithoutSecondLook } from '../../src/storm/ways/wrong/lock-without-second-look'
import { noProtection } from '../../src/storm/ways/wrong/no-protection'
import { userAndAmount } from '../../src/storm/ways/wrong/user-and-amount'
import { everyStore, type UsableStore } from '../support/every-store'

const DUPLICATES = 30
const CLIENTS = 2 * DUPLICATES + 2
const WRONG_WAYS = [noProtection, userAndAmount, checkThenAct, lockWithoutSecondLook, lockThatExpires]

const nameOf = ({ kind }: UsableStore): StoreName =>
  STORE_NAMES.find((name) => STORES[name] === kind) as StoreName

/** What came of a storm, and what was told of it meanwhile. */
async function blow(usable: UsableStore) {
  const progress: StormProgress[] = []
  const stores = [{ name: nameOf(usable), url: usable.url ?? '' }]
  const report = await runStorm({ duplicates: DUPLICATES, stores, onProgress: (step) => progress.push(step) })
  return { report, progress }
}

const usables = await everyStore()
// They wait most of the time: for clients, locks and the gateway. So all of them wait together.
const blowing = new Map(
  usables.filter(({ url }) => url !== undefined).map((usable) => [usable, blow(usable)]),
)
for (const storm of blowing.values()) storm.catch(() => {})

for (const usable of usables) {
  const { title } = usable
  const name = nameOf(usable)

  describe.skipIf(usable.url === undefined)(`a storm on ${title}`, () => {
    let progress: StormProgress[] = []
    let report: StormReport
    beforeAll(async () => {
      const storm = await blowing.get(usable)
      if (storm !== undefined) ({ report, progress } = storm)
    }, 180_000)

    function row(way: string): StormRow {
      const found = report.rows.find((some) => some.way === way)
      if (found === undefined) throw new Error(`there is no row of ${way}`)
      return found
    }
    const stage = (way: string, wanted: StageName): StageResult =>
      row(way).stages.find(({ stage }) => stage === wanted) as StageResult

    test('has a row for each way that the store can be used in', () => {
      const can = name === 'postgres' || name === 'mongo'
      const expected = WAYS.map((way) => way.name).filter((way) => can || way !== 'idem: transaction')
      expect(report.rows.map(({ way }) => way)).toEqual(expected)
      expect(report.rows.every(({ store }) => store === name)).toBe(true)
    })

    test("finds idem's ways right: one charge for each payment, and its order for every client", () => {
      const right = report.rows.filter(({ idem }) => idem)
      expect(right).toHaveLength(report.rows.length - WRONG_WAYS.length)
      for (const { ms: _, stages: __, ...counted } of right) {
        expect(counted).toMatchObject({
          right: true,
          intended: 4,
          charges: 4,
          clients: CLIENTS,
          answers: CLIENTS,
          wrongAnswers: 0,
        })
      }
      expect(report.right).toBe(true)
    })

    test('finds every wrong way wrong', () => {
      const found = report.rows.filter(({ right }) => !right).map(({ way }) => way)
      expect(found).toEqual(WRONG_WAYS.map((way) => way.name))
    })

    test('no protection: whoever asks is charged', () => {
      const { name } = noProtection
      for (const many of ['duplicates', 'slow charge'] as const) {
        const { charges, wrong } = stage(name, many)
        expect(charges).toBe(DUPLICATES)
        expect(wrong.otherOrder).toBe(DUPLICATES - 1)
      }
      expect(stage(name, 'second payment')).toMatchObject({ charges: 1, wrongAnswers: 0 })
      expect(stage(name, 'refused at first')).toMatchObject({ charges: 1, wrongAnswers: 0 })
    })

    test('key of user and amount: a payment that is meant is refused, and one that failed can never be made', () => {
      const { name } = userAndAmount
      expect(stage(name, 'second payment')).toMatchObject({ charges: 0, wrong: { refused: 1 } })
      expect(stage(name, 'refused at first')).toMatchObject({ charges: 0, wrong: { failedForEver: 1 } })
      expect(stage(name, 'duplicates')).toMatchObject({ charges: 1, wrongAnswers: 0 })
      expect(stage(name, 'slow charge')).toMatchObject({ charges: 1, wrongAnswers: 0 })
    })

    test('check, then act: many pass the check, and a failure is replayed for ever', () => {
      const { name } = checkThenAct
      expect(stage(name, 'duplicates').charges).toBeGreaterThan(1)
      expect(stage(name, 'duplicates').wrong.otherOrder).toBeGreaterThan(0)
      expect(stage(name, 'refused at first')).toMatchObject({ charges: 0, wrong: { failedForEver: 1 } })
      expect(stage(name, 'second payment')).toMatchObject({ charges: 1, wrongAnswers: 0 })
    })

    test('lock without a second look: they charge one after the other', () => {
      const { name } = lockWithoutSecondLook
      expect(stage(name, 'duplicates').charges).toBeGreaterThan(1)
      expect(stage(name, 'duplicates').wrong.otherOrder).toBeGreaterThan(0)
      expect(stage(name, 'second payment')).toMatchObject({ charges: 1, wrongAnswers: 0 })
      expect(stage(name, 'refused at first')).toMatchObject({ charges: 1, wrongAnswers: 0 })
    })

    test('lock that expires: right until a charge takes longer than the lock lasts', () => {
      const { name } = lockThatExpires
      for (const quick of STAGES.filter((some) => some !== 'slow charge')) {
        expect(stage(name, quick)).toMatchObject({ charges: 1, wrongAnswers: 0 })
      }
      expect(stage(name, 'slow charge').charges).toBeGreaterThan(1)
      expect(stage(name, 'slow charge').wrong.otherOrder).toBeGreaterThan(0)
    })

    test('the report adds up, and is plain data', () => {
      for (const { stages, ...all } of report.rows) {
        expect(all.clients).toBe(CLIENTS)
        expect(all.answers).toBe(CLIENTS)
        for (const count of ['intended', 'charges', 'clients', 'answers', 'wrongAnswers'] as const) {
          expect(stages.reduce((sum, one) => sum + one[count], 0)).toBe(all[count])
        }
        expect(Object.values(all.wrong).reduce((sum, some) => sum + some, 0)).toBe(all.wrongAnswers)
      }
      expect(JSON.parse(JSON.stringify(report))).toEqual(report)
    })

    test('progress is told: each row in turn, never backwards, and its result at its end', () => {
      expect(progress.filter(({ result }) => result).map(({ result }) => result)).toEqual(report.rows)
      for (const [index, { way }] of report.rows.entries()) {
        const steps = progress.filter((step) => step.way === way)
        expect(steps.map(({ done }) => done)).toEqual(steps.map(({ done }) => done).sort((a, b) => a - b))
        expect(steps.at(-1)).toMatchObject({
          done: CLIENTS,
          of: CLIENTS,
          row: index + 1,
          rows: report.rows.length,
        })
        expect(steps.length).toBeGreaterThan(1)
      }
    })

    test('there is no thumb on the scale: where nothing happens, all ways are right', async () => {
      const stores = [{ name, url: usable.url ?? '' }]
      const calm = await runStorm({ duplicates: 1, stores, stages: ['duplicates'] })
      expect(calm.rows).toHaveLength(report.rows.length)
      for (const { way, right, charges, answers } of calm.rows) {
        expect({ way, right, charges, answers }).toEqual({ way, right: true, charges: 1, answers: 1 })
      }
    })
  })
}

test('a storm ends at once when its signal aborts, whatever it is doing', async () => {
  for (const way of WAYS) {
    const abort = new AbortController()
    const reason = new Error('enough')
    const storm = runStorm({
      duplicates: 20,
      stores: [{ name: 'memory', url: '' }],
      ways: [way],
      gateway: { slowMs: 600_000 },
      onProgress: ({ done }) => done === 22 && abort.abort(reason),
      signal: abort.signal,
    })
    if (way.name === 'idem: transaction') expect((await storm).rows).toEqual([])
    else await expect(storm).rejects.toBe(reason)
  }
})
