import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PostgresStore } from '../src'
import { escapeText, joinTexts, unescapeText } from '../src/escaped-text'
import { endOfPrefix } from '../src/key-range'
import { database, describeOnPostgres } from './database'

const AWKWARD = [
  '\0',
  'a\0b',
  '\x01',
  '\x02',
  '\x03',
  '\x030000',
  '\ud800',
  'x\udfff\ud800y',
  '\ufeff',
  '\ufeff\ufeff',
  '🙂',
]

describe('a text', () => {
  it('comes back as it was, and what is not awkward is written as it is', () => {
    for (const text of [...AWKWARD, '', 'plain', '\n', 'é']) expect(unescapeText(escapeText(text))).toBe(text)
    expect(escapeText('plain\n🙂 \ufeff')).toBe('plain\n🙂 \ufeff')
  })

  it('holds none of the characters that a text of texts is taken apart by', () => {
    const apart = ['\0', '\x01', '\x02']
    for (const text of AWKWARD) expect(apart.filter((char) => escapeText(text).includes(char))).toEqual([])
    expect(joinTexts(['a', undefined, '\x01', ''])).toBe('a\x01\x02\x01\x030001\x01')
  })

  it('begins, escaped, with what its beginning is escaped as', () => {
    expect(escapeText('\0ab').startsWith(escapeText('\0a'))).toBe(true)
  })
})

describe('the end of a prefix', () => {
  it('is the least text, by code points, that is greater than all which begin with it', () => {
    expect(endOfPrefix('')).toBeNull()
    expect(endOfPrefix('a')).toBe('b')
    expect(endOfPrefix('a\u{10ffff}')).toBe('b')
    expect(endOfPrefix('\u{10ffff}')).toBeNull()
    expect(endOfPrefix('\ud7ff')).toBe('\ue000')
    expect(endOfPrefix('\uffff')).toBe('\u{10000}')
  })
})

describeOnPostgres('a store', () => {
  const db = database()
  const store = new PostgresStore(db.pool(), { schema: db.schema })
  beforeAll(() => store.migrate())
  afterAll(() => db.end())

  it('keeps what PostgreSQL has no text for: in keys, owners, fingerprints, values, failures and steps', async () => {
    const claims = AWKWARD.map((text) => ({
      ...{ key: `key:${text}`, owner: `owner:${text}`, fingerprint: text, leaseMs: 60_000, keepMs: 60_000 },
      ...{ maxAttempts: Infinity, onAbandoned: 'takeover' as const },
    }))
    for (const how of ['together', 'one by one'] as const) {
      const all = async <T>(
        call: (claim: (typeof claims)[number], text: string) => Promise<T>,
      ): Promise<T[]> => {
        const calls = claims.map((claim, i) => () => call(claim, AWKWARD[i] as string))
        if (how === 'together') return Promise.all(calls.map((each) => each()))
        const results: T[] = []
        for (const each of calls) results.push(await each())
        return results
      }
      expect((await all((claim) => store.claim(claim))).every(({ type }) => type === 'acquired')).toBe(true)
      await all((claim, text) => store.saveStep({ ...claim, name: text, value: text }))
      await all((claim, text) =>
        store.complete({ ...claim, value: text, retentionMs: 60_000, tombstoneMs: 0 }),
      )
      for (const [i, record] of (await all(({ key }) => store.get(key))).entries()) {
        const text = AWKWARD[i] as string
        const steps = [{ name: text, value: text }]
        expect(record).toMatchObject({
          key: `key:${text}`,
          owner: `owner:${text}`,
          value: text,
          fingerprint: text,
          steps,
        })
      }
      expect((await store.list({ prefix: 'key:\0', limit: 10 })).records.map(({ key }) => key)).toEqual([
        'key:\0',
      ])
      await all(({ key }) => store.delete(key))
    }
  })

  it('says which settings let a crash forget records', async () => {
    const careless = new PostgresStore(db.pool({ options: '-c synchronous_commit=off' }), {
      schema: db.schema,
    })
    expect(await careless.diagnose()).toContainEqual(
      expect.stringMatching(/^synchronous_commit is off: a crash/),
    )
    await db.pool().query(`ALTER TABLE "${db.schema}".records SET UNLOGGED`)
    expect(await careless.diagnose()).toContainEqual(expect.stringMatching(/"records" is unlogged/))
    const careful = new PostgresStore(db.pool({ options: '-c synchronous_commit=on' }), { schema: db.schema })
    expect(await careful.diagnose()).not.toContainEqual(expect.stringMatching(/^synchronous_commit/))
  })
})
