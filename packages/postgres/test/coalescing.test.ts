import type { Claim } from '@idem/core'
import { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, inject, it, onTestFinished } from 'vitest'
import { PostgresStore } from '../src'
import { database, describeOnPostgres } from './database'

const db = database()
/** What the server was asked: the function, and its first argument, keys. */
let sent: { readonly call: string; readonly keys: string[] }[] = []

class NotingClient extends Client {
  constructor(config?: ConstructorParameters<typeof Client>[0]) {
    super(config)
    const query = this.query.bind(this) as (...args: unknown[]) => unknown
    const noted = (text: unknown, values: unknown, ...rest: unknown[]) => {
      const call = /records_(\w+)/.exec(String(text))?.[1]
      if (call && Array.isArray(values)) sent.push({ call, keys: String(values[0]).split('\x01') })
      return query(text, values, ...rest)
    }
    Object.defineProperty(this, 'query', { value: noted })
  }
}

const pool = db.pool({ Client: NotingClient } as object)
const store = new PostgresStore(pool, { schema: db.schema })

beforeAll(() => store.migrate())
beforeEach(() => {
  sent = []
})
afterAll(() => db.end())

const claimOf = (key: string, claim: Partial<Claim> = {}): Claim => ({
  ...{ key, owner: crypto.randomUUID(), leaseMs: 60_000, keepMs: 60_000, maxAttempts: Infinity },
  onAbandoned: 'takeover',
  ...claim,
})

const completion = ({ key, owner }: Claim, value = key) => ({
  key,
  owner,
  value,
  retentionMs: 60_000,
  tombstoneMs: 0,
})

describeOnPostgres('claims and settles that are waiting', () => {
  it('go out as few statements, sorted by key, each key once', async () => {
    const keys = Array.from({ length: 300 }, () => crypto.randomUUID())
    const claims = [...keys, ...keys].map((key) => claimOf(key))
    const outcomes = await Promise.all(claims.map((claim) => store.claim(claim)))
    expect(outcomes.filter(({ type }) => type === 'acquired')).toHaveLength(300)
    expect(outcomes.filter(({ type }) => type === 'running')).toHaveLength(300)
    const batches = sent.filter(({ call }) => call === 'claim_all')
    expect(batches.length).toBeLessThan(10)
    for (const { keys } of batches) {
      expect(keys).toEqual([...new Set(keys)].sort())
      expect(keys.length).toBeLessThanOrEqual(128)
    }
    const winners = claims.filter((_, i) => outcomes[i]?.type === 'acquired')
    sent = []
    const settled = await Promise.all(winners.map((claim) => store.complete(completion(claim))))
    expect(settled).toEqual(winners.map(() => true))
    expect(sent.length).toBeLessThan(8)
    expect(sent.some(({ call }) => call === 'complete_all')).toBe(true)
    const replays = await Promise.all(keys.map((key) => store.claim(claimOf(key))))
    expect(replays.map((each) => each.type === 'settled' && each.value)).toEqual(keys)
  })

  it('are sent at once, one by one, where nothing is on its way', async () => {
    const claim = claimOf('alone')
    await store.claim(claim)
    await store.complete(completion(claim))
    expect(sent.map(({ call }) => call)).toEqual(['claim', 'complete'])
  })

  it('are answered each for itself, whatever the others come to', async () => {
    const [kept, lapsed, failed, gone, held, fresh] = Array.from({ length: 6 }, () =>
      claimOf(crypto.randomUUID()),
    )
    for (const claim of [kept, failed, gone, held]) await store.claim(claim as Claim)
    await store.claim({ ...(lapsed as Claim), leaseMs: 1 })
    await store.complete(completion(kept as Claim))
    await store.fail({ ...completion(failed as Claim), kind: 'retryable', failure: 'no' })
    await store.delete((gone as Claim).key)
    const all = [kept, lapsed, failed, gone, held, fresh].map((claim) => claimOf((claim as Claim).key))
    const [busy, ...outcomes] = await Promise.all(
      [claimOf('busy'), ...all].map((claim) => store.claim(claim)),
    )
    expect(busy).toMatchObject({ type: 'acquired' })
    expect(outcomes).toMatchObject([
      { type: 'settled', value: kept?.key },
      { type: 'acquired', attempt: 2, takeover: true },
      { type: 'acquired', attempt: 2, takeover: false },
      { type: 'acquired', attempt: 1 },
      { type: 'running', attempt: 1 },
      { type: 'acquired', attempt: 1, takeover: false },
    ])
    expect(sent.at(-1)).toMatchObject({ call: 'claim_all' })
    const late = [kept, lapsed, failed, gone, held].map((claim) => completion(claim as Claim, 'late'))
    const [, ...told] = await Promise.all(
      [completion(claimOf('busy')), ...late].map((each) => store.complete(each)),
    )
    expect(told).toEqual([true, false, false, false, true])
  })

  it('are given their own answers: of keys that the index has in another order, and large ones', async () => {
    // By code units the first is before the second, by bytes after it.
    const odd = ['🙂', '\uffee', '\x01', 'plain'].map((end) => `odd${end}`)
    const values = odd.map((key) => `${key}\x02`)
    const large = claimOf('odd large')
    const text = 'x'.repeat(100_000)
    for (const [nth, key] of odd.entries()) {
      const claim = claimOf(key, { fingerprint: nth === 3 ? 'one' : undefined })
      await store.claim(claim)
      await store.complete(completion(claim, values[nth]))
    }
    await store.claim(large)
    await store.complete(completion(large, text))
    sent = []
    const asked = [...odd.map((key) => claimOf(key, { fingerprint: 'other' })), claimOf(large.key)]
    const [, ...outcomes] = await Promise.all(
      [claimOf('odd busy'), ...asked].map((claim) => store.claim(claim)),
    )
    expect(outcomes).toMatchObject([
      ...values.slice(0, 3).map((value) => ({ type: 'settled', value, fingerprint: undefined })),
      { type: 'mismatch' },
      { type: 'settled', value: text },
    ])
    expect(sent.map(({ call }) => call)).toEqual(['claim', 'claim_all'])
  })

  it('fail alone where one row is at fault', async () => {
    // An index holds no key of so many bytes that cannot be compressed.
    const long = Array.from({ length: 2000 }, () => crypto.randomUUID()).join('')
    const keys = [crypto.randomUUID(), long, crypto.randomUUID()]
    const tried = await Promise.allSettled(['first', ...keys].map((key) => store.claim(claimOf(key))))
    expect(tried.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled'])
    expect(sent.map(({ call }) => call)).toEqual(['claim', 'claim_all', 'claim', 'claim', 'claim'])
  })

  it('are replayed in a session that only reads, though others cannot be granted there', async () => {
    const settled = claimOf(crypto.randomUUID())
    await store.claim(settled)
    await store.complete(completion(settled))
    const reading = db.pool({ options: '-c default_transaction_read_only=on' })
    const reader = new PostgresStore(reading, { schema: db.schema })
    const keys = [crypto.randomUUID(), crypto.randomUUID(), settled.key, crypto.randomUUID()]
    const tried = await Promise.allSettled(keys.map((key) => reader.claim(claimOf(key))))
    expect(tried).toMatchObject([
      { status: 'rejected' },
      { status: 'rejected', reason: { message: expect.stringContaining('connect to the primary') } },
      { status: 'fulfilled', value: { type: 'settled', value: settled.key } },
      { status: 'rejected' },
    ])
  })

  it('never wait for each other in a circle, whatever the processes', async () => {
    // The server counts by database, and other tests have deadlocks that are meant.
    const name = `deadlocks ${crypto.randomUUID()}`
    await pool.query(`CREATE DATABASE "${name}"`)
    onTestFinished(async () => void (await pool.query(`DROP DATABASE "${name}" WITH (FORCE)`)))
    // Sooner than anybody gives up waiting, or none is ever seen.
    await pool.query(`ALTER DATABASE "${name}" SET deadlock_timeout = '20ms'`)
    const url = new URL(inject('postgresUrl') as string)
    url.pathname = encodeURIComponent(name)
    const stores = Array.from(
      { length: 4 },
      () => new PostgresStore(db.pool({ connectionString: url.href, max: 4 }), { schema: db.schema }),
    )
    await stores[0]?.migrate()
    const keys = Array.from({ length: 100 }, () => crypto.randomUUID())
    const shuffled = () => [...keys].sort(() => Math.random() - 0.5)
    const rounds = stores.map(async (each) => {
      let won = 0
      for (let round = 0; round < 5; round++) {
        const claims = shuffled().map((key) => claimOf(key, { leaseMs: 1 }))
        const outcomes = await Promise.all(claims.map((claim) => each.claim(claim)))
        const mine = claims.filter((_, i) => outcomes[i]?.type === 'acquired')
        won += mine.length
        await Promise.all(
          mine.map((claim) => each.fail({ ...completion(claim), kind: 'retryable', failure: '' })),
        )
      }
      return won
    })
    expect((await Promise.all(rounds)).reduce((sum, won) => sum + won, 0)).toBeGreaterThanOrEqual(100)
    const { rows } = await pool.query('SELECT deadlocks::integer FROM pg_stat_database WHERE datname = $1', [
      name,
    ])
    expect(rows).toEqual([{ deadlocks: 0 }])
  })

  it('are not sent any more for a caller who has given up and released', async () => {
    const busy = db.pool({ max: 4 })
    const own = new PostgresStore(busy, { schema: db.schema })
    const blocker = await pool.connect()
    await blocker.query(`BEGIN; LOCK TABLE "${db.schema}".records IN ACCESS EXCLUSIVE MODE`)
    const claims = Array.from({ length: 9 }, () => claimOf(crypto.randomUUID()))
    const [underWay, victim] = [claims[0], claims.at(-1)] as [Claim, Claim]
    const asked = claims.map((claim) => own.claim(claim).catch((error: unknown) => error))
    const released = [underWay, victim].map((claim) => own.release(claim))
    await blocker.query('ROLLBACK')
    blocker.release()
    expect(await Promise.all(released)).toEqual([true, false])
    await Promise.all(asked)
    for (const { key } of [underWay, victim]) expect(await own.get(key)).toBeUndefined()
  })
})
