import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

describe('the command', { timeout: 30_000 }, () => {
  it('refuses what it does not know, and starts nothing', async () => {
    const refused = expect.objectContaining({
      code: 2,
      stdout: '',
      stderr: '--store must be one of redis, postgres, mongo; got paper\n',
    })
    await expect(chaos('--', '--store', 'paper')).rejects.toEqual(refused)
  })
})

const chaos = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/main.ts', ...args], {
    cwd: join(import.meta.dirname, '..'),
  })
