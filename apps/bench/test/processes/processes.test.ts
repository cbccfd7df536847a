import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleWorker } from '@idem/harness'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { WorkerOrder } from '../../src/processes/order'
import { processes } from '../../src/processes/processes'
import type { Lane } from '../../src/processes/report-processes'
import { startWorkers } from '../../src/processes/start-workers'
import {
  mongoWorkplace,
  postgresWorkplace,
  redisWorkplace,
  type Workplace,
} from '../../src/processes/workplaces'
import { mongoIsThere, onTestMongo } from '../support/mongo'
import { onTestPostgres, postgresIsThere } from '../support/postgres'
import { testRedis } from '../support/redis'
import { trialSettings } from '../support/trial-settings'
import { withVariable } from '../support/with-variable'

const redis = testRedis()
const onTestRedis = <Opened>(open: () => Promise<Opened>) => withVariable('REDIS_URL', redis.url, open)

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function worksTogether(open: () => Promise<Workplace>): Promise<void> {
  const trial = processes({ name: 'two', title: 'Two', open, counts: [1, 2] })
  const { text, figures, plot } = await trial.run(trialSettings({ rounds: 1, turnMs: 50 }))
  const { lanes } = figures as { lanes: readonly Lane[] }
  const kinds = ['first', 'replay', 'duplicates']
  expect(lanes.map(({ count, kind }) => `${count} ${kind}`)).toEqual(
    [1, 2].flatMap((count) => kinds.map((kind) => `${count} ${kind}`)),
  )
  for (const { kind, rounds } of lanes) {
    const [round] = rounds
    expect(round?.rate).toBeGreaterThan(0)
    expect(round?.clients).toBeGreaterThan(0)
    expect(round?.server).toBeGreaterThanOrEqual(0)
    if (kind !== 'duplicates') continue
    expect(round?.keys).toBeGreaterThan(0)
    expect(round).toMatchObject({ runs: round?.keys, torn: 0 })
  }
  expect(text).toMatch(/\| first execution, 2 processes +\|/)
  expect(text).toMatch(/ handlers ran [\d,]+ times; 0 keys had more than one answer\.$/)
  expect(plot?.name).toBe('processes-two')
  expect(plot?.svg).toContain('>duplicates</text>')
}

it.skipIf(!redis.isThere)('processes work on one Redis at once', async () => {
  await worksTogether(() => onTestRedis(redisWorkplace))
})

it.skipIf(!postgresIsThere)('processes work on one PostgreSQL at once', async () => {
  await worksTogether(() => onTestPostgres(postgresWorkplace))
})

it.skipIf(!mongoIsThere)('processes work on one MongoDB at once', async () => {
  await worksTogether(() => onTestMongo(mongoWorkplace))
})

it.skipIf(process.platform !== 'linux' || !redis.isThere || !postgresIsThere)(
  'the processes of Redis and PostgreSQL are seen at work',
  async () => {
    for (const [open, name] of [
      [() => onTestRedis(redisWorkplace), /redis|valkey/],
      [() => onTestPostgres(postgresWorkplace), /postgres/],
    ] as const) {
      const { meter, close } = await open()
      onTestFinished(close)
      expect(meter.counts, String(name)).toBe('the server')
      expect(await meter.read()).toBeGreaterThan(0)
    }
  },
)

it.skipIf(!redis.isThere)('all workers end when they are stopped, and when one of them fails', async () => {
  const { order, close } = await onTestRedis(redisWorkplace)
  onTestFinished(close)
  const { processes, stop } = await startWorkers(order, 2)
  const [one] = processes
  const turn = { kind: 'nothing', inFlight: 1, turnMs: 1, from: 0 } as never
  await expect(one?.turn(turn)).rejects.toThrow('worker 0: TypeError')
  await stop()
  for (const { pid } of processes) expect(isAlive(pid)).toBe(false)
  await expect(startWorkers({ ...order, store: 'mongo' }, 1)).rejects.toThrow('worker 0: MongoParseError')
})

it.skipIf(!redis.isThere)('a worker ends when whoever started it is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'idem-bench-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'worker.cjs')
  await bundleWorker(new URL('../../src/processes/worker-main.ts', import.meta.url), file)
  const order: WorkerOrder = { store: 'redis', url: redis.url, schema: '', mark: redis.keys.mark, worker: 0 }
  const program = `const child = require('node:child_process').fork(process.argv[1], [process.argv[2]])
child.once('message', () => console.log(child.pid))`
  const parent = spawn(process.execPath, ['-e', program, file, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [text] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(text)
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 })
})
