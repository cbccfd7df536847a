import { MongoClient } from 'mongodb'
import { describe, expect, it } from 'vitest'
import { MongoLockStore, MongoStore } from '../src'

// It does not connect before it is asked something.
const db = new MongoClient('mongodb://127.0.0.1:1').db('any')

const wrong: [what: string, options: object, says: RegExp][] = [
  ['an unknown option', { collections: 'records' }, /collections is no option/],
  ['an empty collection', { collection: '' }, /collection must be a name/],
  ['a collection that is no text', { collection: 1 }, /collection must be a name/],
  ['a collection with a dollar sign', { collection: 'a$b' }, /collection must be a name/],
  ['a collection of the system', { collection: 'system.views' }, /collection must be a name/],
  ['a collection that ends with a dot', { collection: 'a.' }, /collection must be a name/],
  ['`changeStreams` that are not yes or no', { changeStreams: 'yes' }, /changeStreams must be true or false/],
  ['a time that is none', { wtimeoutMs: 0 }, /wtimeoutMs must be a whole number/],
]

describe.each([
  ['MongoStore', MongoStore],
  ['MongoLockStore', MongoLockStore],
])('%s', (_, Store) => {
  it.each(wrong)('refuses %s, by name', (_, options, says) => {
    expect(() => new Store(db, options)).toThrow(TypeError)
    expect(() => new Store(db, options)).toThrow(says)
  })

  it('refuses what is no database', () => {
    expect(() => new Store('mongodb://' as never)).toThrow(/db must be a Db/)
    expect(() => new Store(db.client as never)).toThrow(/db must be a Db/)
    expect(() => new Store(undefined as never)).toThrow(/db must be a Db/)
    expect(() => new Store(db, 'records' as never)).toThrow(/options must be an object/)
  })

  it('has a watch only where change streams are asked for', () => {
    expect(new Store(db).watch).toBeUndefined()
    expect(new Store(db, { changeStreams: true }).watch).toBeTypeOf('function')
  })
})
