import { StoreError } from '@idem/core'
import { serverOrSkip, startPrivatePostgres } from '@idem/test-servers'
import { Client, Pool } from 'pg'
import { afterAll, describe, expect, it } from 'vitest'
import { PostgresStore } from '../../src'
import { claimOf, completionOf } from '../claims'

const server = serverOrSkip(
  'a private PostgreSQL with a small disk',
  await startPrivatePostgres({ smallDiskBytes: 8 << 20 }),
)
const pool = new Pool({
  connectionString: server?.url,
  options: '-c default_tablespace=small',
  max: 5,
}).on('error', () => {})

afterAll(async () => {
  await pool.end()
  await server?.stop()
})

/** Takes all that is left on the disk. */
async function fill(): Promise<void> {
  const text = `INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, $1)`
  for (const rows of [10_000, 1]) await expect(insertUntilFull(text, rows)).rejects.toThrow(/No space left/)
}

async function insertUntilFull(text: string, rows: number): Promise<never> {
  for (;;) await pool.query(text, [rows])
}

describe.skipIf(server === undefined)('a server whose disk is full', () => {
  it('is told of; nothing lies, what it has is replayed, and with room again all goes on', async () => {
    const plain = new Client({ connectionString: server?.url })
    await plain.connect()
    await plain.query(`CREATE TABLESPACE small LOCATION '${server?.smallDisk}'`)
    await plain.end()
    await pool.query('CREATE TABLE filler (text text)')
    const store = new PostgresStore(pool)
    await store.migrate()
    const [settled, running] = [claimOf('settled'), claimOf('running')]
    for (const claim of [settled, running]) await store.claim(claim)
    await store.complete(completionOf(settled))
    await fill()

    // The page that the last one went to has room for some more.
    const claims = Array.from({ length: 1000 }, () => claimOf(crypto.randomUUID()))
    const outcomes = await Promise.allSettled(claims.map((claim) => store.claim(claim)))
    const refused = claims.filter((_, i) => outcomes[i]?.status === 'rejected')
    expect(refused.length).toBeGreaterThan(0)
    for (const outcome of outcomes) {
      if (outcome.status === 'fulfilled') expect(outcome.value).toMatchObject({ type: 'acquired' })
      else {
        expect(outcome.reason).toBeInstanceOf(StoreError)
        expect(outcome.reason).toMatchObject({
          message: expect.stringMatching(/the disk of the server is full/),
          cause: { code: '53100' },
        })
      }
    }
    const kept = await Promise.all(claims.map(({ key }) => store.get(key)))
    expect(kept.map((record) => record?.owner)).toEqual(
      claims.map((claim) => (refused.includes(claim) ? undefined : claim.owner)),
    )
    expect(await store.claim(claimOf('settled'))).toMatchObject({ type: 'settled', value: 'value' })

    // An answer that does not fit beside its claim.
    const large = completionOf(running, { value: randomText(100_000) })
    await expect(store.complete(large)).rejects.toThrow(/the disk of the server is full/)
    expect(await store.get('running')).toMatchObject({ state: 'running', owner: running.owner })

    await pool.query('DROP TABLE filler')
    expect(await store.complete(large)).toBe(true)
    expect(await store.get('running')).toMatchObject({ state: 'succeeded', value: large.value })
    for (const claim of refused.slice(0, 10)) {
      expect(await store.claim(claim)).toMatchObject({ type: 'acquired', attempt: 1 })
    }
  }, 60_000)
})

/** That cannot be compressed. */
function randomText(length: number): string {
  const parts = Array.from({ length: Math.ceil(length / 36) }, () => crypto.randomUUID())
  return parts.join('')
}
