import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, inject, test } from 'vitest'
import { bundleProgram } from '../programs/bundle-program'
import { until } from '../support/gate'
import { openClients } from '../support/open-clients'

const url = inject('redisUrl')
const open = openClients()

test.skipIf(url === undefined)(
  'what a killed process had under way is taken over by another, and every message is applied once',
  async () => {
    const client = open(url as string)
    const stream = `orders:${randomUUID()}`
    const ids = Array.from({ length: 60 }, (_, at) => `order ${at}`)
    const folder = mkdtempSync(join(tmpdir(), 'idem-consume-'))
    const processes: ChildProcess[] = []
    try {
      const program = await bundleProgram('consume', folder)
      const start = (stuckAt: string) => {
        const args = [program, url as string, stream, stuckAt]
        const started = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
        processes.push(started)
        return { started, lines: createInterface({ input: started.stdout })[Symbol.asyncIterator]() }
      }
      for (const id of ids) for (let times = 0; times < 3; times++) await client.xadd(stream, '*', 'id', id)
      const victim = start('order 20')
      expect(await victim.lines.next()).toMatchObject({ value: 'stuck' })
      victim.started.kill('SIGKILL')
      await once(victim.started, 'exit')
      const [pending] = (await client.xpending(stream, 'points')) as [number]
      expect(pending).toBeGreaterThan(0)
      expect(await client.hget(`${stream}:applied`, 'order 20')).toBeNull()
      start('')
      start('')
      const left = async () => Number(((await client.xpending(stream, 'points')) as unknown[])[0])
      const applied = () => client.hgetall(`${stream}:applied`)
      await until('all are applied', async () => Object.keys(await applied()).length === ids.length)
      await until('nothing is pending', async () => (await left()) === 0)
      expect(await applied()).toEqual(Object.fromEntries(ids.map((id) => [id, '1'])))
    } finally {
      for (const started of processes) started.kill('SIGKILL')
      rmSync(folder, { recursive: true })
    }
  },
)
