import { MongoClient } from 'mongodb'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { mongoDatabase } from '../../src/mongo/mongo-database'

const serverUrl = inject('mongoUrl')

describe('mongoDatabase', () => {
  it.each([
    ['mongodb://127.0.0.1:1', 'mongodb://127.0.0.1:1/NAME'],
    ['mongodb://127.0.0.1:1/?replicaSet=idem', 'mongodb://127.0.0.1:1/NAME?replicaSet=idem'],
    ['mongodb://me:secret@127.0.0.1:1/', 'mongodb://me:secret@127.0.0.1:1/NAME?authSource=admin'],
    ['mongodb://me:secret@127.0.0.1:1/app', 'mongodb://me:secret@127.0.0.1:1/NAME?authSource=app'],
    [
      'mongodb://me:secret@127.0.0.1:1/app?authSource=all',
      'mongodb://me:secret@127.0.0.1:1/NAME?authSource=all',
    ],
  ])('names a database in %s, and leaves its users where they are', (server, expected) => {
    const { url, name } = mongoDatabase(server)
    expect(url).toBe(expected.replace('NAME', name))
    expect(mongoDatabase(server).name).not.toBe(name)
  })

  it.skipIf(serverUrl === undefined)('is dropped with all that is in it', async () => {
    const { url, name, drop } = mongoDatabase(serverUrl ?? '')
    const client = new MongoClient(url)
    onTestFinished(() => client.close())
    const names = async () => (await client.db().admin().listDatabases()).databases.map((each) => each.name)
    await client.db().collection('words').insertOne({ word: 'kept' })
    expect(client.db().databaseName).toBe(name)
    expect(await names()).toContain(name)
    await drop()
    expect(await names()).not.toContain(name)
  })
})
