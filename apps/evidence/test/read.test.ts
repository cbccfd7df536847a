import { describe, expect, test } from 'vitest'
import { readBench } from '../src/runs/read-bench'
import { readCounts, readModel, readNewcomer, readVersions } from '../src/runs/read-printed'
import { readChaos, readScores, readSimulator, readSoak } from '../src/runs/read-reports'
import { readTests } from '../src/runs/read-tests'
import { RunFailed } from '../src/runs/run'

describe('of tests that were reported', () => {
  const report = (...results: { name: string; status: string; tests: string[] }[]) => ({
    testResults: results.map(({ tests, ...file }) => ({
      ...file,
      assertionResults: tests.map((status) => ({ status })),
    })),
  })
  const read = (json: unknown) => readTests({ json, printed: '', root: '/idem' })

  test('those of a file are counted together, in whatever project they ran', () => {
    const a = { name: '/idem/a.test.ts', status: 'passed', tests: ['passed', 'skipped'] }
    const b = { name: '/idem/b.test.ts', status: 'passed', tests: ['passed', 'pending'] }
    expect(read(report(b, a, a))).toEqual({
      passed: 3,
      failed: 0,
      skipped: 3,
      files: { 'a.test.ts': { passed: 2, skipped: 2 }, 'b.test.ts': { passed: 1, skipped: 1 } },
    })
  })

  test('a file that failed is no evidence, nor is a run without tests', () => {
    const failed = { name: '/idem/a.test.ts', status: 'failed', tests: ['passed', 'failed'] }
    expect(() => read(report(failed))).toThrow(RunFailed)
    expect(() => read(report())).toThrow(RunFailed)
  })
})

describe('of what was printed', () => {
  test('counts are added up', () => {
    expect(readCounts('x\n3 passed, 0 failed, 1 skipped\n4 passed, 0 failed, 0 skipped\n')).toEqual({
      passed: 7,
      failed: 0,
      skipped: 1,
      times: 2,
    })
    expect(() => readCounts('3 passed, 1 failed, 1 skipped\n')).toThrow('1 tests failed')
    expect(() => readCounts('nothing')).toThrow(RunFailed)
  })

  test('versions are named', () => {
    const printed =
      'Tests on Node v22.1.0\n3000 passed, 0 failed, 1 skipped\nTests on Node v24.2.0\n4 passed, 0 failed, 0 skipped\n'
    expect(readVersions(printed, /Node v\S+/)).toMatchObject({
      versions: 'Node v22.1.0, Node v24.2.0',
      passed: '3,000, 4',
      by: { 'Node v24.2.0': { passed: 4 } },
    })
    expect(() => readVersions('', /x/)).toThrow(RunFailed)
  })

  test('the demo has answered, and charged once', () => {
    const printed = (charges: number) =>
      `Stopped\nthe demo answered after 48 s; on Redis, with four processes, after 5 s: 1 order, ${charges} charge\n`
    expect(readNewcomer(printed(1))).toEqual({ demo: 48, redis: 5, orders: 1, charges: 1 })
    expect(() => readNewcomer(printed(2))).toThrow(RunFailed)
  })

  test('searches of the model hold, or find what was broken', () => {
    const printed = [
      'run                                   states  depth  seconds  result',
      'three callers                      5,986,593    120     21.0  holds',
      'BUG_LATE_OWNER                           123     60      0.1  found: somebody waits for ever',
    ]
    expect(readModel(printed.join('\n'))).toEqual({
      holds: 1,
      found: 1,
      most: 5986593,
      states: { 'three callers': 5986593, BUG_LATE_OWNER: 123 },
    })
    expect(() => readModel(`${printed.join('\n')}, WRONG`.replace('found:', 'holds:'))).toThrow(RunFailed)
  })
})

describe('of the bench', () => {
  const measured = (...trials: { name: string; figures: unknown }[]) => ({
    programs: [{ program: 'redis', trials }],
  })
  const crowd = (runs: number, same: number) => ({
    name: 'duplicates',
    figures: {
      crowd: { keys: 2, callers: 3 },
      tallies: [
        {
          name: 'naive',
          tallies: [
            { runs: 6, same: 1, different: 5, refused: 0 },
            { runs: 5, same: 2, different: 4, refused: 0 },
          ],
        },
        { name: 'idem, as four processes', tallies: [{ runs, same, different: 0, refused: 6 - same }] },
      ],
    },
  })

  test('a contestant stands to the floor as the median of the rounds', () => {
    const finishes = [
      { name: 'floor', levels: [{ inFlight: 64, rates: [100, 200, 100] }] },
      { name: 'idem', levels: [{ inFlight: 64, rates: [150, 100, 90] }] },
    ]
    expect(readBench(measured({ name: 'first', figures: { shownAs: 'rate', finishes } }))).toEqual({
      redis: { first: { floor: { '64': '1.00' }, idem: { '64': '0.90' } } },
    })
    expect(readBench(measured({ name: 'cached', figures: { shownAs: 'time', finishes } }))).toMatchObject({
      redis: { cached: { idem: { micros: 10000 } } },
    })
  })

  test('a store that grows is compared with one that does not, in the same round', () => {
    const grown = [100, 30, 240].map((micros) => ({ claim: micros, replay: 50 }))
    const small = [50, 30, 200].map((micros) => ({ claim: micros, replay: 40 }))
    const sizes = [{ records: 1_000_000, bytes: 1, grown, small }]
    const [program] = measured({ name: 'mongo', figures: { server: 'MongoDB', sizes } }).programs
    expect(readBench({ programs: [{ ...program, program: 'growth' }] })).toEqual({
      growth: { mongo: { '1000000': { claim: '1.20', replay: '1.25' } } },
    })
  })

  test('crowds are counted, and one of idem that went wrong is no evidence', () => {
    expect(readBench(measured(crowd(2, 6)))).toMatchObject({
      redis: {
        duplicates: { naive: { runs: '5 to 6', same: '1 to 2' }, 'idem, as four processes': { runs: '2' } },
      },
    })
    expect(() => readBench(measured(crowd(3, 6)))).toThrow(RunFailed)
    expect(() => readBench(measured(crowd(2, 5)))).toThrow(RunFailed)
  })
})

describe('of reports', () => {
  const chaos = (over: object) => ({
    replication: ['none', 'sync'],
    rounds: 2,
    histories: 80,
    calls: 900,
    attempts: 90,
    takeovers: 9,
    faults: { kills: 28 },
    violations: 0,
    losses: { ranAgain: 0, atOnce: 0 },
    ...over,
  })

  test('chaos has counts, and none that is evidence where a promise was broken', () => {
    expect(readChaos(chaos({}))).toMatchObject({ histories: 80, faults: { kills: 28 }, lost: 0 })
    expect(() => readChaos(chaos({ violations: 1 }))).toThrow('1 violations')
    expect(() => readChaos(chaos({ histories: 0 }))).toThrow(RunFailed)
  })

  test('where replication is asynchronous, what is lost is what is counted', () => {
    const lossy = { replication: ['async'], violations: 3, losses: { ranAgain: 2, atOnce: 1 } }
    expect(readChaos(chaos(lossy))).toMatchObject({ violations: 3, lost: 3 })
  })

  test('a soak has amounts of each store, and a complaint is no evidence', () => {
    const soak = (complaints: string[]) => ({
      settings: { rate: 15 },
      stores: [
        {
          store: 'redis',
          durationMs: 3_600_000,
          samples: [{ scenes: 1 }, { scenes: 54_000 }],
          judgements: [
            { of: 'heapBytes', unit: 'bytes', median: 2 ** 24, growth: 2 ** 19, verdict: 'bounded' },
            { of: 'records', unit: '', median: 1400.4, growth: -3, verdict: 'bounded' },
          ],
          leftovers: [{ left: 0 }],
          complaints,
        },
      ],
    })
    expect(readSoak(soak([]))).toEqual({
      rate: 15,
      redis: {
        minutes: 60,
        scenes: 54_000,
        left: 0,
        heapBytes: { median: '16.0 MiB', growth: '0.5 MiB', verdict: 'bounded' },
        records: { median: '1,400', growth: '-3', verdict: 'bounded' },
      },
    })
    expect(() => readSoak(soak(['records grew']))).toThrow('redis: records grew')
  })

  test('the simulator has histories, and a violation is no evidence', () => {
    expect(readSimulator('x\n1000000 histories in 300 s, 3333 a second, 0 violations\n')).toMatchObject({
      histories: 1_000_000,
    })
    expect(() => readSimulator('10 histories in 1 s, 10 a second, 1 violations\n')).toThrow('1 violations')
  })

  test('scores are kept as they are', () => {
    expect(readScores({ 'core/engine': { score: 93.1, mutants: 812 } })).toMatchObject({
      'core/engine': { score: 93.1 },
    })
    expect(() => readScores({})).toThrow(RunFailed)
  })
})
