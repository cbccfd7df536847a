import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { Keeper } from '../../src/fleet/keeper'

const LATEST = { timeout: 10_000 }

describe('Keeper', { timeout: 30_000 }, () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
    'ends even a stopped process, and removes all files, when the run is ended by %s',
    async (signal) => {
      const run = spawn(process.execPath, ['--import', 'tsx', 'run-of-one.ts'], {
        cwd: import.meta.dirname,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [told] = await once(run.stdout, 'data')
      const { pid, directory } = JSON.parse(String(told)) as { pid: number; directory: string }
      expect(isAlive(pid)).toBe(true)

      run.kill(signal)
      await once(run, 'exit')
      await vi.waitFor(() => expect(isAlive(pid)).toBe(false), LATEST)
      await vi.waitFor(() => expect(existsSync(directory)).toBe(false), LATEST)
    },
  )

  it('ends what is left when it is closed, and nothing that has ended before', async () => {
    const keeper = new Keeper()
    const [kept, dropped] = [sleeper(), sleeper()]
    const keptEnded = once(kept, 'exit')
    keeper.began(kept.pid as number)
    keeper.began(dropped.pid as number)
    keeper.ended(dropped.pid as number)
    await keeper.close()
    await keeper.close()

    await keptEnded
    expect(isAlive(dropped.pid as number)).toBe(true)
    expect(existsSync(keeper.directory)).toBe(false)
    dropped.kill('SIGKILL')
    await once(dropped, 'exit')
  })
})

const sleeper = () => spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
