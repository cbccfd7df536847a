import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverOrSkip, startPrivateRedis } from '@idem/test-servers'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { bundleServer } from '../../src/http/bundle-server'
import { httpClient } from '../../src/http/http-client'
import { APPS, type AppName, RAN_AGAIN } from '../../src/http/order'
import { openServers, type Servers } from '../../src/http/servers'
import { http } from '../../src/programs/http'
import { connect } from '../../src/redis/connect'
import { removeKeys } from '../../src/redis/key-space'
import { keySource } from '../../src/work/key-source'
import { trialSettings } from '../support/trial-settings'
import { withVariable } from '../support/with-variable'

/** One of its own: other files look at all that the bench leaves in theirs. */
const redis = serverOrSkip('a private Redis', await startPrivateRedis())
afterAll(() => redis?.stop())

const url = redis?.url ?? ''
const keys = keySource()

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe.skipIf(redis === undefined)('an app', () => {
  let servers: Servers
  beforeAll(async () => {
    servers = await openServers(url)
  })
  afterAll(async () => {
    await servers.close()
    const client = await connect(url)
    await removeKeys(client, keys.mark)
    client.disconnect()
  })

  async function clientOf(app: AppName) {
    const { port } = await servers.of(app)
    const asking = httpClient(port, 4)
    onTestFinished(asking.close)
    return asking
  }

  const names = Object.keys(APPS) as AppName[]

  it.each(names.filter((app) => !app.endsWith('-bare')))(
    '%s runs its handler for a new key, and answers one that it knows without',
    async (app) => {
      const { post } = await clientOf(app)
      const key = keys.next()
      await post(key, false)
      // express-idempotency sends its answer before it is kept.
      await vi.waitFor(() => post(key, true), { timeout: 5000 })
      await Promise.all([post(key, true), post(key, true), post(keys.next(), false)])
      await expect(post(keys.next(), true)).rejects.toThrow(RAN_AGAIN)
    },
  )

  it.each(['hono-bare', 'express-bare'] as const)('%s runs its handler each time', async (app) => {
    const { post } = await clientOf(app)
    const key = keys.next()
    await post(key, false)
    await post(key, false)
    await expect(post(key, true)).rejects.toThrow(RAN_AGAIN)
  })

  it('is a process, which tells what it has used and ends with the others', async () => {
    const own = await openServers(url)
    const server = await own.of('hono-bare')
    expect(await own.of('hono-bare')).toBe(server)
    expect(server.pid).not.toBe(process.pid)
    const before = await server.cpuMicros()
    const asking = httpClient(server.port, 1)
    onTestFinished(asking.close)
    for (let sent = 0; sent < 100; sent++) await asking.post(keys.next(), false)
    expect(await server.cpuMicros()).toBeGreaterThan(before)
    await own.close()
    expect(isAlive(server.pid)).toBe(false)
  })

  it('ends when whoever started it is killed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'idem-bench-test-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'server.mjs')
    await bundleServer(file)
    const order = JSON.stringify({ app: 'hono-bare', redisUrl: url })
    const program = `const child = require('node:child_process').fork(${JSON.stringify(file)}, [${JSON.stringify(order)}])
child.once('message', () => console.log(child.pid))`
    const parent = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [text] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(text)
    expect(isAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 })
  })
})

describe.skipIf(redis === undefined)('the program', () => {
  it('measures what a framework has trials of, and leaves nothing behind', { timeout: 300_000 }, async () => {
    const { trials, close } = await withVariable('REDIS_URL', url, http.open)
    try {
      for (const { run } of trials.filter(({ name }) => name.startsWith('hono'))) {
        const { text } = await run(trialSettings({ rounds: 1, inFlight: [1, 512], turnMs: 10 }))
        expect(text).toMatch(/\| @idem\/(hono|express) /)
        expect(text).not.toContain('512 in flight')
      }
    } finally {
      await close()
    }
    const client = await connect(url)
    onTestFinished(() => client.disconnect())
    expect(await client.keys('*')).toEqual([])
  })
})
