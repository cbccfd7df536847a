import { randomUUID } from 'node:crypto'
import { MongoClient } from 'mongodb'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { freePort } from '../../src/free-port'
import { type MongoAbility, mongoWith } from '../../src/mongo/mongo-with'

const url = inject('mongoUrl')

function connect(to: string, appName?: string): MongoClient {
  const client = new MongoClient(to, {
    serverSelectionTimeoutMS: 2000,
    retryReads: false,
    ...(appName && { appName }),
  })
  onTestFinished(() => client.close())
  return client
}

/** Rejects where the server cannot. */
const use: Record<MongoAbility, (url: string) => Promise<unknown>> = {
  async 'change streams'(url) {
    const words = connect(url).db(`probe_${randomUUID()}`).collection('words')
    const changes = words.watch()
    await changes.tryNext()
    await words.insertOne({ word: 'kept' })
    expect(await changes.next()).toMatchObject({ fullDocument: { word: 'kept' } })
    await changes.close()
    await words.db.dropDatabase()
  },
  async 'fail points'(url) {
    const appName = `probe-${randomUUID()}`
    const data = { failCommands: ['find'], errorCode: 11_600, appName }
    await connect(url)
      .db('admin')
      .command({ configureFailPoint: 'failCommand', mode: { times: 1 }, data })
    const words = connect(url, appName).db('probe').collection('words')
    await expect(words.findOne()).rejects.toMatchObject({ code: 11_600 })
    expect(await words.findOne()).toBeNull()
  },
}

describe.each(Object.entries(use))('mongoWith(%j)', (ability, used) => {
  const server = () => mongoWith(ability as MongoAbility, url)

  it('gives a server that can, or says why there is none', async () => {
    const given = await server()
    if ('reason' in given) {
      expect(given).toMatchObject({ notPackaged: true })
      expect(given.reason).toMatch(/^the server for all tests: .*\n.*no mongod in PATH/)
      if (url !== undefined) await expect(used(url)).rejects.toThrow()
      return
    }
    onTestFinished(() => given.stop())
    await used(given.url)
  })

  it('passes over a server that does not answer, and says so', async () => {
    const given = await mongoWith(ability as MongoAbility, `mongodb://127.0.0.1:${await freePort()}/`)
    if ('reason' in given) expect(given.reason).toMatch(/^the server for all tests: .*ECONNREFUSED/)
    else await given.stop()
  })
})
