import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startSupervised } from '../../src/supervision/supervised-server'
import { accepts, listeningServer } from './listening-server'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'idem-supervised-'))
  chmodSync(folder, 0o755)
  vi.stubEnv('TMPDIR', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

describe('startSupervised', { timeout: 30_000 }, () => {
  it('resolves when the server answers', async () => {
    const server = await startSupervised(listeningServer)
    expect(await accepts(server.url)).toBe(true)
    await server.stop()
  })

  it('ends the server and removes its folder on stop, however often', async () => {
    const server = await startSupervised(listeningServer)
    await Promise.all([server.stop(), server.stop()])
    await server.stop()
    expect(await accepts(server.url)).toBe(false)
    expect(readdirSync(folder)).toEqual([])
  })

  it('ends a server that ignores its stop signal', async () => {
    const server = await startSupervised(async (place) => {
      const command = await listeningServer(place)
      return { ...command, args: [...command.args, 'deaf'] }
    })
    await server.stop()
    expect(await accepts(server.url)).toBe(false)
  })

  it("rejects with the server's last words when it ends before it answers", async () => {
    const failing = startSupervised(async (place) => ({
      ...(await listeningServer(place)),
      args: ['-e', 'console.log("no such database"); process.exit(3)'],
    }))
    await expect(failing).rejects.toThrow('the server ended with exit code 3\nno such database')
    expect(readdirSync(folder)).toEqual([])
  })

  it('rejects when the server cannot be executed', async () => {
    const failing = startSupervised(async (place) => ({
      ...(await listeningServer(place)),
      command: join(place.directory, 'absent'),
    }))
    await expect(failing).rejects.toThrow(/could not be started: .*ENOENT/)
    expect(readdirSync(folder)).toEqual([])
  })

  it('leaves nothing behind when the preparation fails', async () => {
    const failing = startSupervised(async () => {
      throw new Error('no disk')
    })
    await expect(failing).rejects.toThrow('no disk')
    expect(readdirSync(folder)).toEqual([])
  })

  it.for([
    ['SIGINT', 'running'],
    ['SIGTERM', 'running'],
    ['SIGKILL', 'running'],
    ['SIGKILL', 'restarted'],
    ['SIGKILL', 'paused'],
  ] as const)(
    'ends the server and removes its folder when the tests are ended by %s, with the server %s',
    async ([signal, state]) => {
      const asker = spawn(process.execPath, ['--import', 'tsx', 'asker.ts', state], {
        cwd: import.meta.dirname,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [url] = await once(asker.stdout, 'data')
      expect(await accepts(String(url))).toBe(true)
      expect(serverFolders()).toHaveLength(1)

      asker.kill(signal)
      await once(asker, 'exit')
      await vi.waitFor(async () => expect(await accepts(String(url))).toBe(false), { timeout: 10_000 })
      await vi.waitFor(() => expect(serverFolders()).toEqual([]), { timeout: 10_000 })
    },
  )
})

/** What loads the asker keeps files here too. */
function serverFolders(): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('idem-test-'))
}
