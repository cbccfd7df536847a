import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StoreError } from '@idem/core'
import { serverOrSkip, startPrivatePostgres } from '@idem/test-servers'
import { Client, Pool, type PoolConfig } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { PostgresStore } from '../../src'
import { claimOf, completionOf } from '../claims'
import { failsAndRecovers } from './fails-and-recovers'

const CONNECTIONS = 5

const folder = mkdtempSync(join(tmpdir(), 'idem-recovery-'))
chmodSync(folder, 0o755)
const recovered = join(folder, 'recovered')

const server = serverOrSkip(
  'a private PostgreSQL',
  await startPrivatePostgres({
    settings: {
      max_connections: String(CONNECTIONS),
      // Whoever recovers answers nothing before the end of it.
      hot_standby: 'off',
      // It counts only where recovery is asked for, and holds it up until the file is there.
      restore_command: `until [ -e ${recovered} ]; do sleep 0.02; done; false`,
    },
  }),
)

const open: { end(): Promise<void> }[] = []

function storeOn(config: PoolConfig = {}) {
  const pool = new Pool({ connectionString: server?.url, max: 1, ...config }).on('error', () => {})
  open.push(pool)
  return { pool, store: new PostgresStore(pool) }
}

async function connect(): Promise<Client> {
  const client = new Client({ connectionString: server?.url }).on('error', () => {})
  await client.connect()
  open.push(client)
  return client
}

/** Holds a record locked, and resolves when whoever calls then waits for it. */
async function heldUp<T>(key: string, call: () => Promise<T>) {
  const [holder, watcher] = await Promise.all([connect(), connect()])
  await holder.query('BEGIN')
  await holder.query('SELECT FROM idem.records WHERE key = $1 FOR UPDATE', [key])
  const outcome = call().catch((error: unknown) => error)
  const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'`
  await expect.poll(async () => (await watcher.query(waiting)).rowCount).toBe(1)
  return { outcome }
}

const signal = (name: NodeJS.Signals) =>
  process.kill(Number(readFileSync(join(server?.data ?? '', 'postmaster.pid'), 'utf8').split('\n')[0]), name)

const endAll = () => Promise.all(open.splice(0).map((client) => client.end().catch(() => {})))

afterEach(endAll)
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true })
})

describe.skipIf(server === undefined)('a server', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    await storeOn().store.migrate()
    await endAll()
  })

  it('that takes no more connections is told of with what to do', async () => {
    // Those who have just left may have their places for a moment still.
    const others: Client[] = []
    const isFull = async () => {
      const joined = await connect().catch(() => undefined)
      if (joined !== undefined) others.push(joined)
      return others.length === CONNECTIONS
    }
    await expect.poll(isFull).toBe(true)
    const { store } = storeOn()
    const heal = async () => {
      await others[0]?.end()
      await expect.poll(() => store.get('key').then(() => 'answered', String)).toBe('answered')
    }
    const says = /takes no more connections: share a pool/
    await failsAndRecovers({ broken: store, healed: store, says, code: '53300', heal })
  })

  it('that is being shut down lets nobody in, and is told of; those who are in go on', async () => {
    const inside = storeOn()
    await inside.store.get('key')
    const last = await inside.pool.connect()
    signal('SIGTERM')
    const outside = storeOn().store
    await expect.poll(() => outside.get('key').catch(String)).toMatch(/shutting down/)
    const claim = claimOf(crypto.randomUUID())
    expect(await new PostgresStore(last).claim(claim)).toMatchObject({ type: 'acquired' })
    const heal = async () => {
      last.release()
      await inside.pool.end()
      await server?.restart()
    }
    const says = /shutting down.*the server is starting, or being shut down/
    const { store } = storeOn()
    await failsAndRecovers({ broken: outside, healed: store, says, code: '57P03', heal })
    expect(await store.complete(completionOf(claim))).toBe(true)
  })

  it('that is shut down during a statement is told of, and the record is as it was', async () => {
    const { store } = storeOn()
    const claim = claimOf(crypto.randomUUID())
    await store.claim(claim)
    const { outcome } = await heldUp(claim.key, () => store.complete(completionOf(claim)))
    signal('SIGINT')
    expect(await outcome).toBeInstanceOf(StoreError)
    expect(await outcome).toMatchObject({
      message: expect.stringMatching(/the server is being shut down/),
      cause: { code: '57P01' },
    })
    await server?.restart()
    expect(await store.get(claim.key)).toMatchObject({ state: 'running', owner: claim.owner })
    expect(await store.complete(completionOf(claim))).toBe(true)
  })

  it('that is killed during a statement is told of, and keeps what it had answered', async () => {
    const { store } = storeOn()
    const [claim, fresh] = [claimOf(crypto.randomUUID()), claimOf(crypto.randomUUID())]
    await store.claim(claim)
    const { outcome } = await heldUp(claim.key, () => store.complete(completionOf(claim)))
    await server?.kill()
    expect(await outcome).toBeInstanceOf(StoreError)
    await expect(store.claim(fresh)).rejects.toThrow(/ECONNREFUSED/)
    await server?.restart()
    expect(await store.get(fresh.key)).toBeUndefined()
    expect(await store.get(claim.key)).toMatchObject({ state: 'running', owner: claim.owner })
    expect(await store.complete(completionOf(claim))).toBe(true)
  })

  it('that is starting is told of with what to do', async () => {
    await server?.kill()
    const signalFile = join(server?.data ?? '', 'recovery.signal')
    writeFileSync(signalFile, '')
    chmodSync(signalFile, 0o666)
    const restarted = server?.restart()
    const { store } = storeOn()
    await expect.poll(() => store.get('key').catch(String), { timeout: 10_000 }).toMatch(/starting up/)
    const heal = async () => {
      writeFileSync(recovered, '')
      await restarted
    }
    const says = /starting up.*the server is starting, or being shut down/
    await failsAndRecovers({ broken: store, healed: store, says, code: '57P03', heal })
  })
})
