import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startPrivate } from '../../src/supervision/private-server'
import { accepts, listeningServer } from './listening-server'

let directory: string
let server: Awaited<ReturnType<typeof startPrivate>>
afterEach(() => server.stop())

const startHere = () =>
  startPrivate(async (place) => {
    directory = place.directory
    return listeningServer(place)
  })

describe('startPrivate', { timeout: 30_000 }, () => {
  it('kills the server, and starts it again at the same port and in the same folder', async () => {
    server = await startHere()
    expect(await accepts(server.url)).toBe(true)
    const word = randomUUID()
    appendFileSync(join(directory, 'kept'), word)

    await server.kill()
    expect(await accepts(server.url)).toBe(false)
    await server.restart()
    expect(await accepts(server.url)).toBe(true)
    expect(readFileSync(join(directory, 'kept'), 'utf8')).toBe(word)
  })

  it('leaves a server that does not run as it is when it is to be killed', async () => {
    server = await startHere()
    await server.kill()
    await server.kill()
    expect(await accepts(server.url)).toBe(false)
  })

  it('starts a running server anew when it is to be restarted', async () => {
    server = await startHere()
    await server.restart()
    await server.restart()
    expect(await accepts(server.url)).toBe(true)
  })

  it('does what is asked of it in the order in which it is asked', async () => {
    server = await startHere()
    await Promise.all([server.kill(), server.restart(), server.pause(), server.kill(), server.restart()])
    expect(await accepts(server.url)).toBe(true)
    await Promise.all([server.restart(), server.kill()])
    expect(await accepts(server.url)).toBe(false)
  })

  it("rejects a restart with the server's last words when it does not come up, and can try again", async () => {
    server = await startPrivate(async (place) => {
      const command = await listeningServer(place)
      const program = `
        const { existsSync } = require('node:fs')
        if (existsSync('broken')) throw new Error('the disk is full')
        require('node:net').createServer().listen(${new URL(command.url).port}, '127.0.0.1')
      `
      directory = place.directory
      return { ...command, args: ['-e', program] }
    })
    appendFileSync(join(directory, 'broken'), '')
    await expect(server.restart()).rejects.toThrow(/^the server ended with exit code 1\n.*disk is full/s)
    await expect(server.restart()).rejects.toThrow('disk is full')
  })

  it.each(['kill', 'pause'] as const)('ends and removes its folder on stop, also after a %s', async (act) => {
    server = await startHere()
    await server[act]()
    const began = performance.now()
    await server.stop()
    // A paused one is let go on to end, and not left to the deadline for those that ignore their signal.
    expect(performance.now() - began).toBeLessThan(1_500)
    expect(await accepts(server.url)).toBe(false)
    expect(existsSync(directory)).toBe(false)
  })

  it('takes no orders once it is stopped', async () => {
    server = await startHere()
    await server.stop()
    await expect(server.restart()).rejects.toThrow('the server is stopped')
    await server.kill()
  })
})
