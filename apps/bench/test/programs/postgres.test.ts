import { describe, expect, it, onTestFinished } from 'vitest'
import { postgres } from '../../src/programs/postgres'
import { ANSWER_TEXT } from '../../src/work/answer'
import { onTestPostgres, postgresIsThere } from '../support/postgres'
import { trialSettings } from '../support/trial-settings'

describe.skipIf(!postgresIsThere)('the program on PostgreSQL', () => {
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
