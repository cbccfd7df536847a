import { Client, Pool } from 'pg'
import { describe, expect, it } from 'vitest'
import { PostgresLockStore, PostgresStore } from '../src'

// Neither connects before it is asked something.
const pool = new Pool()
const client = new Client()

const wrong: [what: string, options: object, says: RegExp][] = [
  ['an unknown option', { tables: 'records' }, /tables is no option/],
  ['an empty schema', { schema: '' }, /schema must be a name/],
  ['a schema that is no text', { schema: 1 }, /schema must be a name/],
  ['a table with a dollar sign', { table: 'a$$b' }, /table must be a name/],
  ['a table with a line break', { table: 'a\nb' }, /table must be a name/],
  ['a table that is too long', { table: 'ж'.repeat(26) }, /table must be a name of 1 to 50 bytes/],
  ['a pool for a listener', { listener: pool }, /listener must be a Client/],
  ['a listener that is none', { listener: {} }, /listener must be/],
  ['a `prepare` that is not yes or no', { prepare: 'yes' }, /prepare must be true or false/],
  ['an isolation that there is none of', { isolation: 'snapshot' }, /isolation must be one of/],
]

describe('PostgresStore', () => {
  it.each(wrong)('refuses %s, by name', (_, options, says) => {
    expect(() => new PostgresStore(pool, options)).toThrow(TypeError)
    expect(() => new PostgresStore(pool, options)).toThrow(says)
  })

  it('refuses what is no client, and its own client as a listener', () => {
    expect(() => new PostgresStore('postgres://' as never)).toThrow(/client must be a Pool or Client/)
    expect(() => new PostgresStore(client, { listener: client })).toThrow(/of its own/)
    expect(() => new PostgresStore(pool, 'records' as never)).toThrow(/options must be an object/)
  })

  it('has a watch only where there is a listener', () => {
    expect(new PostgresStore(pool).watch).toBeUndefined()
    expect(new PostgresStore(pool, { listener: client }).watch).toBeTypeOf('function')
  })
})

describe('PostgresLockStore', () => {
  it('has no transactions, and so no isolation', () => {
    expect(() => new PostgresLockStore(pool, { isolation: 'serializable' } as object)).toThrow(
      /isolation is no option here/,
    )
  })
})
