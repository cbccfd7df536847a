import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { machineMeter, meterOf, processMeter, statusOf } from '../../src/processes/meter'

const here = 'redis://127.0.0.1:1'

describe.skipIf(process.platform !== 'linux')('a meter', () => {
  it('counts a process, and its children when they have ended too', async () => {
    const busy = 'const end = Date.now() + 300; while (Date.now() < end);'
    const program = `require('node:child_process').spawnSync(process.execPath, ['-e', ${JSON.stringify(busy)}])
console.log('done'); setInterval(() => {}, 1000)`
    const parent = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      await once(parent.stdout, 'data')
      const used = await processMeter(parent.pid as number).read()
      const alone = await processMeter(process.pid).read()
      expect(used).toBeGreaterThan(100_000)
      // It is a child of ours.
      expect(alone).toBeGreaterThan(used)
    } finally {
      parent.kill('SIGKILL')
    }
  })

  it('is that of the server if it is the process that it says, and else that of the machine', async () => {
    const name = new RegExp(`^${(await statusOf(process.pid))?.name}$`)
    expect((await meterOf(here, process.pid, name)).counts).toBe('the server')
    expect(await meterOf(here, process.pid, /^another$/)).toBe(machineMeter)
    expect(await meterOf('redis://192.0.2.1:1', process.pid, name)).toBe(machineMeter)
    expect(await meterOf(here, undefined, name)).toBe(machineMeter)
    expect(await meterOf(here, Number.NaN, name)).toBe(machineMeter)
  })

  it('refuses to count what is not there', async () => {
    await expect(processMeter(2 ** 30).read()).rejects.toThrow('there is no process')
  })
})

it('counts what the machine does, which is never less than before', async () => {
  const before = await machineMeter.read()
  expect(before).toBeGreaterThan(0)
  expect(await machineMeter.read()).toBeGreaterThanOrEqual(before)
})
