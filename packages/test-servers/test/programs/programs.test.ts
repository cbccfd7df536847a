import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { accepts } from '../supervision/listening-server'

const hasRedis = inject('redisUrl') !== undefined

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'idem-programs-'))
  chmodSync(folder, 0o755)
  vi.stubEnv('TMPDIR', folder)
  // Its own server, also where the tests are given one.
  vi.stubEnv('REDIS_URL', undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

function run(program: string) {
  const preloads = ['--import', 'tsx', '--import', './refuse-vitest.mjs']
  return spawn(process.execPath, [...preloads, program], { cwd: import.meta.dirname })
}

describe.skipIf(!hasRedis)('a program without vitest', { timeout: 60_000 }, () => {
  it('starts servers, is told from where, and ends by itself when they are stopped', async () => {
    const program = run('own-redis.ts')
    const exit = once(program, 'exit')
    const [out, told] = await Promise.all([text(program.stdout), text(program.stderr)])
    expect(await exit, told).toEqual([0, null])
    expect(told).toMatch(/^starting Redis from .+ …\nstarting a private Redis from .+ …\n$/)
    const urls: string[] = JSON.parse(out)
    expect(urls).toHaveLength(3)
    for (const url of urls) expect(await accepts(url)).toBe(false)
  })

  it('leaves nothing of a cluster behind when it is killed', async () => {
    const program = run('own-cluster.ts')
    program.stderr.pipe(process.stderr)
    const [out] = await once(program.stdout, 'data')
    const urls: string[] = JSON.parse(String(out))
    expect(await Promise.all(urls.map(accepts))).toEqual([true, true, true])
    expect(serverFolders()).toHaveLength(3)

    program.kill('SIGKILL')
    await vi.waitFor(
      async () => expect(await Promise.all(urls.map(accepts))).toEqual([false, false, false]),
      { timeout: 10_000 },
    )
    await vi.waitFor(() => expect(serverFolders()).toEqual([]), { timeout: 10_000 })
  })
})

function serverFolders(): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('idem-test-'))
}
