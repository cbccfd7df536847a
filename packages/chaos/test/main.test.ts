import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

describe('the command', { timeout: 30_000 }, () => {
  it('tells what it takes', async () => {
    const { stdout } = await chaos('--', '--help')
    expect(stdout).toContain('--store <name>')
    expect(stdout).toContain('redis')
  })

  it.each([
    [['--store', 'paper'], '--store must be one of redis; got paper'],
    [['--minutes', '0'], '--minutes must be a number above 0; got 0'],
    [['--rounds', '1.5'], '--rounds must be a whole number; got 1.5'],
    [['--faults', '0'], '--faults must be a number above 0; got 0'],
    [['--seed', 'x'], '--seed must be a whole number; got x'],
    [['--sed', '1'], "Unknown option '--sed'"],
  ])('refuses %j, and starts nothing', async (args, message) => {
    await expect(chaos(...args)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(message) })
  })
})

const chaos = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/main.ts', ...args], {
    cwd: join(import.meta.dirname, '..'),
  })
