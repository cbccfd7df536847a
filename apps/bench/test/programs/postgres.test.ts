import { describe, expect, it, onTestFinished } from 'vitest'
import { tally } from '../../src/duplicates/tally'
import { barePayment, idemPayment } from '../../src/postgres/payment'
import { rawReads, rawWrites } from '../../src/postgres/raw'
import { libraries, postgres } from '../../src/programs/postgres'
import { ANSWER, ANSWER_TEXT, answering } from '../../src/work/answer'
import { runsOnceAndReplays } from '../support/behaves'
import { onTestPostgres, postgresIsThere, testPostgres } from '../support/postgres'
import { trialSettings } from '../support/trial-settings'

const names = Object.keys(libraries({ url: '', schema: '' })) as (keyof ReturnType<typeof libraries>)[]

describe.skipIf(!postgresIsThere)('what is measured on PostgreSQL', () => {
  it.each(names)('%s runs the handler once and replays its answer', async (name) => {
    const server = await testPostgres()
    await runsOnceAndReplays(libraries(server)[name], server.keys)
  })

  it.each(['idem', 'idemFingerprinted', 'idemUnprepared', 'idemSpread', 'payment'] as const)(
    '%s runs once for all duplicates, and answers them all',
    async (name) => {
      const server = await testPostgres()
      const { call, close } = await libraries(server)[name].open()
      const crowd = { keys: 5, callers: 40, workMs: 20 }
      const { ms: _, ...counts } = await tally({ call, close }, server.keys.next, crowd).finally(close)
      expect(counts).toEqual({ runs: 5, same: 200, different: 0, refused: 0 })
    },
  )

  it('raw writes run the handler, keep the answer, and refuse a key that is taken', async () => {
    const server = await testPostgres()
    const { call, close } = await rawWrites(server).open()
    const row = async () => (await server.pool.query(`SELECT * FROM ${server.schema}.raw`)).rows[0]
    const key = server.keys.next()
    let seen: unknown
    const handler = async () => {
      seen = await row()
      return ANSWER
    }
    try {
      expect(await call(key, handler)).toEqual(ANSWER)
      expect(seen).toEqual({ key, state: 'running', answer: null })
      expect(await row()).toEqual({ key, state: 'succeeded', answer: ANSWER_TEXT })
      await expect(call(key, handler)).rejects.toThrow('the key is taken')
    } finally {
      await close()
    }
  })

  it('raw reads read the answer', async () => {
    const server = await testPostgres()
    const { operation, teardown } = await rawReads(server, server.keys).setup()
    try {
      for (let calls = 0; calls < 1100; calls++) {
        expect(await operation()).toEqual({ state: 'succeeded', answer: ANSWER_TEXT })
      }
    } finally {
      await teardown()
    }
  })

  it('payments are made once with idem, and as often as they are called without', async () => {
    const server = await testPostgres()
    const paid = async () => {
      const { rows } = await server.pool.query(
        `SELECT (SELECT count(*)::integer FROM ${server.schema}.payments) AS payments,
          (SELECT -sum(balance)::integer FROM ${server.schema}.accounts) AS amount`,
      )
      return rows[0]
    }
    for (const [library, payments] of [
      [barePayment(server), 2],
      [idemPayment(server, { name: 'idem' }), 3],
      [idemPayment(server, { name: 'idem', fingerprint: true }), 4],
    ] as const) {
      const { call, close } = await library.open()
      const key = server.keys.next()
      for (let calls = 0; calls < 2; calls++) expect(await call(key, answering)).toEqual(ANSWER)
      await close()
      expect(await paid()).toEqual({ payments, amount: payments })
    }
  })

  it('a payment that fails is rolled back, with and without idem', async () => {
    const server = await testPostgres()
    for (const library of [barePayment(server), idemPayment(server, { name: 'idem' })]) {
      const { call, close } = await library.open()
      const failing = () => Promise.reject(new Error('no'))
      await expect(call(server.keys.next(), failing)).rejects.toThrow('no')
      await close()
    }
    const { rows } = await server.pool.query(`SELECT * FROM ${server.schema}.payments`)
    expect(rows).toEqual([])
  })
})

describe.skipIf(!postgresIsThere)('the program', () => {
  it('measures all trials', { timeout: 120_000 }, async () => {
    const { server, trials, close } = await onTestPostgres(postgres.open)
    onTestFinished(close)
    expect(server).toMatch(/^PostgreSQL \d+\.\d+.*, fsync \w+, synchronous_commit \w+ \(from environment\)$/)
    for (const { run } of trials) {
      const { text } = await run(trialSettings({ rounds: 1, inFlight: [8], turnMs: 10 }))
      expect(text).toMatch(/\| idem/)
    }
  })

  it('leaves no schema behind when it is closed', async () => {
    const server = await testPostgres()
    const schemas = async () => {
      const { rows } = await server.pool.query(
        `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bench%' ORDER BY nspname`,
      )
      return rows.map(({ nspname }) => nspname)
    }
    const before = await schemas()
    const { trials, close } = await onTestPostgres(postgres.open)
    const own = (await schemas()).filter((schema) => !before.includes(schema))
    try {
      await trials.find(({ name }) => name === 'replay')?.run(trialSettings({ rounds: 1, only: 'Store' }))
    } finally {
      await close()
    }
    const after = await schemas()
    // Other tests have schemas of their own meanwhile.
    expect(own.length).toBeGreaterThan(0)
    expect(own.some((schema) => !after.includes(schema))).toBe(true)
  })

  it('counts the room of records, which a fingerprint adds to', async () => {
    const { trials, close } = await onTestPostgres(postgres.open)
    onTestFinished(close)
    const { figures } = (await trials.find(({ name }) => name === 'room')?.run(trialSettings())) ?? {}
    const sizes = figures as { name: string; row: number; table: number; index: number }[]
    const [raw, idem, fingerprinted] = sizes
    expect(raw?.row).toBeGreaterThan(ANSWER_TEXT.length)
    expect(idem?.row).toBeGreaterThan(raw?.row ?? Number.NaN)
    expect(fingerprinted?.row).toBe((idem?.row ?? 0) + 24)
    for (const { row, table } of sizes) expect(table).toBeGreaterThan(row)
  })
})
