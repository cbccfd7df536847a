import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { serverOrSkip } from '@idem/test-servers'
import { afterAll, describe, expect, it } from 'vitest'
import { redisTarget } from '../src/targets/redis/redis-target'

// The program starts its own; this one says whether it can.
const redis = serverOrSkip('a Redis for chaos', await redisTarget.start())
await redis?.stop()

const directory = await mkdtemp(join(tmpdir(), 'idem-chaos-test-'))
afterAll(() => rm(directory, { recursive: true }))

describe('the command', { timeout: 60_000 }, () => {
  it('refuses what it does not know, and starts nothing', async () => {
    const refused = expect.objectContaining({
      code: 2,
      stdout: '',
      stderr: '--store must be one of redis, postgres, mongo; got paper\n',
    })
    await expect(promisify(execFile)(...command('--', '--store', 'paper'))).rejects.toEqual(refused)
  })

  it.skipIf(redis === undefined)(
    'ends with what it has so far, and leaves nothing behind, when it is interrupted',
    async () => {
      const json = join(directory, 'report.json')
      const program = spawn(...command('--store', 'redis', '--rounds', '3', '--json', json))
      const printed = text(program.stdout as NodeJS.ReadableStream)
      const children = await eventually(() => childrenOf(program), 8)
      program.kill('SIGINT')
      expect(await once(program, 'exit')).toEqual([130, null])
      expect(await printed).toMatch(
        /^redis, replication none and sync, seed \d+\n\nended early, after 0 rounds\n$/,
      )
      expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({ store: 'redis', rounds: 0 })
      await eventually(async () => children.filter(isGone), children.length)
    },
  )
})

function command(...args: string[]): [string, string[], { cwd: string }] {
  return [
    process.execPath,
    ['--import', 'tsx', 'src/main.ts', ...args],
    { cwd: join(import.meta.dirname, '..') },
  ]
}

/** The processes that a process has started. */
async function childrenOf({ pid }: ChildProcess): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'ppid=,pid='])
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  return pairs.flatMap(([parent, child]) => (parent === pid && child !== undefined ? [child] : []))
}

function isGone(pid: number): boolean {
  try {
    return !process.kill(pid, 0)
  } catch {
    return true
  }
}

/** Resolves with what is found when there are so many. */
async function eventually<Found>(find: () => Promise<Found[]>, count: number): Promise<Found[]> {
  let found: Found[] = []
  await expect
    .poll(
      async () => {
        found = await find()
        return found.length
      },
      { timeout: 30_000 },
    )
    .toBeGreaterThanOrEqual(count)
  return found
}
