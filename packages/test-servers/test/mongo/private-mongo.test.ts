import { type Collection, MongoClient } from 'mongodb'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { type PrivateMongoOptions, startPrivateMongo } from '../../src/mongo/private-mongo'
import { startTcpProxy } from '../../src/proxy/tcp-proxy'
import { serverOrSkip } from '../../src/server-or-skip'
import type { PrivateServer } from '../../src/supervision/private-server'

const had = serverOrSkip('a private MongoDB', await startPrivateMongo())
afterAll(() => had?.stop())

const started: PrivateServer[] = []
const open: MongoClient[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((client) => client.close()))
  await Promise.all(started.splice(0).map((server) => server.stop()))
})

async function start(options?: PrivateMongoOptions): Promise<PrivateServer> {
  const server = await startPrivateMongo(options)
  if ('reason' in server) throw new Error(server.reason)
  started.push(server)
  return server
}

function connect(url: string): MongoClient {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 20_000 })
  open.push(client)
  return client
}

const wordsOf = (url: string): Collection => connect(url).db('words').collection('words')
const MAJORITY = { writeConcern: { w: 'majority' } } as const

describe('startPrivateMongo', () => {
  it('says what was tried, and that no distribution has one, where there is none', async () => {
    vi.stubEnv('PATH', '/nowhere')
    vi.stubEnv('MONGOMS_RUNTIME_DOWNLOAD', 'false')
    vi.stubEnv('MONGOMS_DOWNLOAD_DIR', '/nowhere')
    try {
      const server = await startPrivateMongo()
      // One may lie where PATH does not say.
      if (!('reason' in server)) return await server.stop()
      expect(server).toMatchObject({
        notPackaged: true,
        reason: expect.stringMatching(
          /^this machine: no mongod in PATH\nmongodb-memory-server package: .*\napt package: .*\nenvironment: .*\nDocker: /,
        ),
      })
    } finally {
      vi.unstubAllEnvs()
    }
  })
})

describe.skipIf(had === undefined)('a private MongoDB', () => {
  it('keeps every majority write that was answered over a kill, and nothing that was not committed', async () => {
    const server = await start()
    const words = wordsOf(server.url)
    await words.insertOne({ word: 'first' }, MAJORITY)
    const answered: string[] = []
    const writes = Array.from({ length: 200 }, (_, i) =>
      // One that is not answered may have been written or not.
      words.insertOne({ word: `word ${i}` }, MAJORITY).then(
        () => answered.push(`word ${i}`),
        () => {},
      ),
    )
    await vi.waitFor(() => expect(answered.length).toBeGreaterThan(20), { interval: 1 })
    await server.kill()
    const before = [...answered]
    await server.restart()
    const kept = (await words.find().toArray()).map(({ word }) => word)
    expect(kept).toEqual(expect.arrayContaining(['first', ...before]))
    await Promise.all(writes)
  })

  it('does not answer while it is paused, and goes on where it was', async () => {
    const server = await start()
    const words = wordsOf(server.url)
    await words.insertOne({ word: 'kept' })
    await server.pause()
    let answered = false
    const answer = words.findOne().finally(() => {
      answered = true
    })
    // A server that ran would answer within these 200 ms; a paused one never does.
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(answered).toBe(false)
    await server.resume()
    expect(await answer).toMatchObject({ word: 'kept' })
  })

  it('has transactions, change streams and fail points, also through a proxy', async () => {
    const server = await start()
    const proxy = await startTcpProxy(server.url)
    try {
      const client = connect(proxy.url)
      const words = client.db('words').collection('words')
      await words.insertOne({ word: 'before' })
      const changes = words.watch()
      await changes.tryNext()
      await client.withSession((session) =>
        session.withTransaction(() => words.insertOne({ word: 'kept' }, { session })),
      )
      expect(await changes.next()).toMatchObject({ fullDocument: { word: 'kept' } })
      await changes.close()
      await client.db('admin').command({ configureFailPoint: 'failCommand', mode: 'off' })
      expect(proxy.counts.open).toBeGreaterThan(0)
    } finally {
      await proxy.close()
    }
  })

  it('is configured by further arguments', async () => {
    const server = await start({ args: ['--setParameter', 'ttlMonitorSleepSecs=7'] })
    const admin = connect(server.url).db('admin')
    expect(await admin.command({ getParameter: 1, ttlMonitorSleepSecs: 1 })).toMatchObject({
      ttlMonitorSleepSecs: 7,
    })
  })
})
